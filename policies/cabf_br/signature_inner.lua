-- policies/cabf_br/signature_inner.lua
-- Both places name the same algorithm, byte for byte.
return policy {
  title = "Inner and outer signature algorithm are equal",
  applies_to = "certificate",
  severity = "high",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew; the CA has to mend its issuance.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    if not cert.signature_matches_inner then
      return fail { item = "signature_algorithm", got = "two different ones", want = "the same in both places", message = "tbsCertificate.signature differs from signatureAlgorithm" }
    end
    return pass()
  end,
}
