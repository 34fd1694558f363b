-- policies/key_hygiene/exponent.lua
-- Odd, and 65537 or more.
return policy {
  title = "RSA exponents are sound",
  applies_to = { "certificate", "private_key", "request" },
  severity = "medium",
  severities = { "critical" },
  cite = { doc = "FIPS 186", version = "5", at = "5.1", url = "https://doi.org/10.6028/NIST.FIPS.186-5" },
  controls = shared.WEAKNESS,
  remediation = "Make a new key with the exponent 65537.",
  level = "must",
  applies = function(cert)
    return cert.key.family == "rsa"
  end,
  check = function(cert)
    local key = cert.key
    if not key.exponent_odd or key.exponent_bits < 2 then
      return fail { item = "key.exponent", got = key.exponent, want = "odd, above 65536", severity = "critical", message = "the exponent does not encrypt" }
    end
    if key.exponent_bits < 17 or key.exponent_bits > 256 then
      return fail { item = "key.exponent", got = key.exponent, want = "above 65536, below 2^256", message = "the exponent is outside of the allowed range" }
    end
    return pass()
  end,
}
