-- policies/cabf_br/signature_inner.lua
-- Both places name the same algorithm, byte for byte.
return policy {
  title = "Inner and outer signature algorithm are equal",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "7.1.2.7" },
  controls = shared.PROFILE,
  remediation = "Issue it anew; the CA has to mend its issuance.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
  check = function(cert)
    if not cert.signature_matches_inner then
      return fail { item = "signature_algorithm", got = "two different ones", want = "the same in both places", message = "tbsCertificate.signature differs from signatureAlgorithm" }
    end
    return pass()
  end,
}
