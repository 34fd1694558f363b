-- policies/core/self_signed.lua
-- Nobody vouches for a certificate that is signed by itself.
return policy {
  title = "Server certificates are not signed by themselves",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = {
    "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-17", "nist_800_53_r5:sc-23.5",
    "nist_csf_2.0:PR.AA-03", "pci_dss_4.0.1:4.2.1",
  },
  remediation = "Have it issued by a CA that its clients trust.",
  level = "should",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server"
  end,
  check = function(cert)
    if cert.self_signed then
      return fail { item = "issuer", got = "itself", want = "a CA", message = "signed by itself" }
    end
    return pass()
  end,
}
