-- policies/cabf_br/san_present.lua
-- Names stand in the subjectAltName, and nowhere else.
return policy {
  title = "A subjectAltName with a name or an address is there",
  applies_to = "certificate",
  severity = "high",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7.12", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with every name of the server in the subjectAltName.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    if not cert.san_present then
      return fail { item = "subjectAltName", got = "none", want = "a DNS name or an IP address", message = "has no subjectAltName" }
    end
    if #cert.dns_names == 0 and #cert.ip_addresses == 0 then
      return fail { item = "subjectAltName", got = "neither a DNS name nor an address", want = "one of them", message = "its subjectAltName names no server" }
    end
    return pass()
  end,
}
