-- policies/cabf_br/version_3.lua
-- Extensions need version 3.
return policy {
  title = "Certificates are of version 3",
  applies_to = "certificate",
  severity = "high",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.1", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew as an X.509 version 3 certificate.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    if cert.version ~= 3 then
      return fail { item = "version", got = cert.version, want = 3, message = "not of version 3" }
    end
    return pass()
  end,
}
