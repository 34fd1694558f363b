-- policies/cabf_br/rsa_exponent.lua
-- Odd, at least 3; better 65537 and above.
return policy {
  title = "RSA exponents are sound",
  applies_to = "certificate",
  severity = "low",
  severities = { "critical" },
  cite = { at = "6.1.6" },
  controls = shared.STRENGTH,
  remediation = "Make a new key with the exponent 65537.",
  level = "must",
  issued_from = "2013-01-01",
  applies = shared.public_leaf,
  check = function(cert)
    local key = cert.key
    if key.family ~= "rsa" then
      return not_applicable("not an RSA key")
    end
    if not key.exponent_odd or key.exponent_bits < 2 then
      return fail { item = "key.exponent", got = key.exponent, want = "odd, at least 3", severity = "critical", message = "the exponent does not encrypt" }
    end
    if key.exponent_bits < 17 or key.exponent_bits > 256 then
      return fail { item = "key.exponent", got = key.exponent, want = "from 65537 to 2^256 - 1", message = "the exponent is outside of the advised range" }
    end
    return pass()
  end,
}
