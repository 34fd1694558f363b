-- policies/cabf_br/client_auth.lua
-- Chrome's programme ends clientAuth in certificates of servers.
return policy {
  title = "Server certificates are not for clients, too",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "Chrome Root Program Policy", version = "1.8", at = "1.3.2", url = "https://googlechrome.github.io/chromerootprogram/" },
  unmapped = "a root program asks it of its CAs; no control of those who use certificates does",
  remediation = "Take client certificates from a private CA, and have this one issued with serverAuth alone.",
  level = "must",
  issued_from = "2027-03-15",
  applies = shared.public_leaf,
  check = function(cert)
    for _, purpose in ipairs(cert.extended_key_usage or {}) do
      if purpose == "clientAuth" then
        return fail { item = "extKeyUsage", got = "clientAuth", want = "serverAuth alone", message = "will not be trusted by Chrome" }
      end
    end
    return pass()
  end,
}
