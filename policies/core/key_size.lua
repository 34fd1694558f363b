-- policies/core/key_size.lua
-- Least key sizes, by algorithm and curve.
local LEAST = { rsa = "rsa_min", dsa = "dsa_min", dh = "dh_min", ec = "ec_min" }

return policy {
  title = "Keys are long enough",
  applies_to = { "certificate", "record", "request" },
  severity = "high",
  cite = { doc = "NIST SP 800-57pt1r5", version = "rev. 5", at = "Table 2", url = "https://doi.org/10.6028/NIST.SP.800-57pt1r5" },
  controls = shared.STRENGTH,
  params = {
    rsa_min = 2048,
    dsa_min = 2048,
    dh_min = 2048,
    ec_min = 256,
    curves = { "P-256", "P-384", "P-521", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1" },
  },
  remediation = "Issue it again with an RSA key of 2048 bits or more, P-256, or Ed25519.",
  level = "must",
  check = function(subject, params)
    local key = subject.key
    local family = key.family
    if family == "eddsa" or family == "pqc" then
      return pass(key.algorithm .. " has one size")
    end
    local name = LEAST[family]
    if not name then
      return undecided("no least size is known for " .. key.algorithm)
    end
    if family == "ec" then
      if is_known(key, "explicit_parameters") and key.explicit_parameters then
        return fail { item = "key.curve", got = "explicit parameters", want = "a named curve", message = "the curve is not named" }
      end
      if is_known(key, "curve") and key.curve and not holds(params.curves, key.curve) then
        return fail { item = "key.curve", got = key.curve, want = table.concat(params.curves, ", "), message = "the curve is not on the list" }
      end
    end
    local least = params[name]
    if key.bits < least then
      return fail { item = "key.bits", got = key.bits, want = "at least " .. least, message = "the key is too short" }
    end
    return pass()
  end,
}
