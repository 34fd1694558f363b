-- policies/cabf_br/rsa_modulus.lua
-- Odd, and no factor below 752.
return policy {
  title = "RSA moduli have no small factor",
  applies_to = "certificate",
  severity = "critical",
  cite = { at = "6.1.6" },
  controls = shared.STRENGTH,
  remediation = "Make a new key with a sound generator and replace the certificate.",
  level = "should",
  issued_from = "2013-01-01",
  applies = shared.public_leaf,
  check = function(cert)
    local key = cert.key
    if key.family ~= "rsa" then
      return not_applicable("not an RSA key")
    end
    if key.small_factor then
      return fail { item = "key.modulus", got = "divisible by " .. key.small_factor, want = "no factor below 752", message = "the modulus has a small factor" }
    end
    return pass()
  end,
}
