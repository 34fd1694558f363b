-- policies/cabf_br/authority_key_id.lua
-- The key of the issuer, and nothing else.
return policy {
  title = "The authority key identifier names the issuer's key",
  applies_to = "certificate",
  severity = "low",
  cite = { at = "7.1.2.11.1" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with the key identifier of the issuer.",
  level = "must",
  issued_from = "2023-09-15",
  applies = shared.public_leaf,
  check = function(cert)
    if cert.authority_key_id == nil then
      return fail { item = "authorityKeyIdentifier", got = "none", want = "the issuer's key identifier", message = "does not say by which key it was signed" }
    end
    if cert.authority_issuer_named then
      return fail { item = "authorityKeyIdentifier", got = "issuer and serial number", want = "the key identifier alone", message = "names the issuer's certificate, too" }
    end
    return pass()
  end,
}
