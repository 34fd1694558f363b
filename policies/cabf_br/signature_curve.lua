-- policies/cabf_br/signature_curve.lua
-- An ECDSA signature's hash goes with the curve of the CA's key; judged where the CA is at hand.
local HASHES = {
  ["P-256"] = "ecdsa-with-SHA256", ["P-384"] = "ecdsa-with-SHA384", ["P-521"] = "ecdsa-with-SHA512",
}

return policy {
  title = "The hash of an ECDSA signature fits the curve of the CA's key",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "7.1.3.2.2" },
  controls = shared.STRENGTH,
  remediation = "Have it signed with SHA-256 by a P-256 key, SHA-384 by P-384, SHA-512 by P-521.",
  level = "must",
  issued_from = "2023-09-15", -- of the profile that has it; root programs asked for it earlier
  applies = function(cert)
    return shared.public_leaf(cert) or shared.public_intermediate(cert)
  end,
  check = function(cert)
    if string.sub(cert.signature_algorithm, 1, 6) ~= "ecdsa-" then
      return not_applicable("not signed with ECDSA")
    end
    if not is_known(cert, "issuers") then
      return not_applicable("its issuer is not at hand")
    end
    local key = cert.issuers[1].key -- the same in all of them
    local fitting = HASHES[key.curve or ""]
    if fitting == nil then
      return not_applicable("the CA's key is of a curve without a rule")
    end
    if cert.signature_algorithm ~= fitting then
      return fail { item = "signature_algorithm", got = cert.signature_algorithm, want = fitting .. " by a " .. key.curve .. " key", message = "signed with a hash that does not fit the CA's curve" }
    end
    return pass()
  end,
}
