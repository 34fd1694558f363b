-- policies/core/san_present.lua
-- Clients look for names in the subjectAltName alone.
return policy {
  title = "Server certificates name their servers in the subjectAltName",
  applies_to = { "certificate", "request" },
  severity = "medium",
  cite = { doc = "RFC 9525", version = "2023", at = "2 and 6.3", url = "https://www.rfc-editor.org/rfc/rfc9525" },
  controls = { "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-23", "nist_csf_2.0:PR.AA-03", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with every name of the server in the subjectAltName.",
  level = "must",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server"
  end,
  check = function(cert)
    if #cert.dns_names == 0 and #cert.ip_addresses == 0 then
      return fail { item = "subjectAltName", got = "neither a DNS name nor an address", want = "the names of the server", message = "no client accepts it for any name" }
    end
    return pass()
  end,
}
