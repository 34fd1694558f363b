-- policies/nist_tls/key_strength.lua
-- 112 bits through 2030, 128 from then on.
local AFTER_2030 = 1924992000 -- 2031-01-01

return policy {
  title = "Keys are as strong as their time asks",
  applies_to = { "certificate", "record" },
  severity = "high",
  cite = { doc = "NIST SP 800-57pt1", version = "rev. 5", at = "Table 4", url = "https://doi.org/10.6028/NIST.SP.800-57pt1r5" },
  controls = shared.STRENGTH,
  remediation = "Issue it anew for P-256, or for RSA of 3072 bits.",
  level = "must",
  applies = function(subject)
    return subject.role == "leaf"
  end,
  check = function(subject)
    local key = subject.key
    local strength = key.strength_bits
    if strength == nil then
      return pass(key.algorithm .. " is not rated by that table")
    end
    local least = subject.not_after >= AFTER_2030 and 128 or 112
    if strength < least then
      return fail { item = "key.strength_bits", got = strength, want = "at least " .. least, message = "the key is too weak for the time it is valid" }
    end
    return pass()
  end,
}
