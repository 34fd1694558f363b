-- policies/cabf_br/authority_key_id_matches.lua
-- The key identifiers of a certificate and its issuer are one; judged where the issuer is at hand.
return policy {
  title = "The authority key identifier is that of the issuer",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "7.1.2.11.1" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with the subject key identifier of the issuing CA's certificate.",
  level = "must",
  issued_from = "2023-09-15",
  applies = function(cert)
    return shared.public_leaf(cert) or shared.public_intermediate(cert)
  end,
  check = function(cert)
    local wanted = cert.authority_key_id
    if wanted == nil then
      return not_applicable("it names no key, which cabf_br/authority_key_id judges")
    end
    if not is_known(cert, "issuers") then
      return not_applicable("its issuer is not at hand")
    end
    local had
    for _, issuer in ipairs(cert.issuers) do -- one key may be in several certificates
      if issuer.subject_key_id == wanted then
        return pass()
      end
      had = had or issuer.subject_key_id
    end
    if had == nil then
      return not_applicable("its issuer has no key identifier, which cabf_br/ca_key_id judges")
    end
    return fail { item = "authorityKeyIdentifier", got = wanted, want = had, message = "names another key than the one that signed it" }
  end,
}
