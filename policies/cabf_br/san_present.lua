-- policies/cabf_br/san_present.lua
-- Names stand in the subjectAltName, and nowhere else.
return policy {
  title = "A subjectAltName with a name or an address is there",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "7.1.2.7.12" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with every name of the server in the subjectAltName.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
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
