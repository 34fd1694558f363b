-- policies/cabf_br/client_auth.lua
-- Chrome's programme ends clientAuth in certificates of servers.
return policy {
  title = "Server certificates are not for clients, too",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "Chrome Root Program Policy", version = "1.8", at = "1.3.2", url = "https://googlechrome.github.io/chromerootprogram/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Take client certificates from a private CA, and have this one issued with serverAuth alone.",
  level = "must",
  issued_from = "2027-03-15",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    for _, purpose in ipairs(cert.extended_key_usage or {}) do
      if purpose == "clientAuth" then
        return fail { item = "extKeyUsage", got = "clientAuth", want = "serverAuth alone", message = "will not be trusted by Chrome" }
      end
    end
    return pass()
  end,
}
