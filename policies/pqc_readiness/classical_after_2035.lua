-- policies/pqc_readiness/classical_after_2035.lua
-- Disallowed after 2035; 112 bits deprecated after 2030.
local AFTER_2030, AFTER_2035 = 1924992000, 2082758400 -- 2031-01-01, 2036-01-01

return policy {
  title = "Nothing classical is valid beyond its time",
  applies_to = "certificate",
  severity = "medium",
  severities = { "low" },
  cite = { doc = "NIST IR 8547", version = "initial public draft, 2024-11", at = "Table 2 and 4", url = "https://doi.org/10.6028/NIST.IR.8547.ipd" },
  controls = shared.AGILITY,
  remediation = "Plan its replacement, and issue it for a shorter time.",
  level = "should",
  check = function(subject)
    local key = subject.key
    if key.family == "pqc" then
      return pass(key.algorithm)
    end
    if key.family == "other" then
      return undecided("nothing is known of " .. key.algorithm)
    end
    if subject.not_after >= AFTER_2035 then
      return fail { item = "not_after", got = date(subject.not_after), want = "before 2036", message = key.algorithm .. " is disallowed after 2035" }
    end
    local strength = key.strength_bits
    if strength and strength < 128 and subject.not_after >= AFTER_2030 then
      return fail { item = "not_after", got = date(subject.not_after), want = "before 2031", severity = "low", message = key.algorithm .. " of " .. strength .. " bits of strength is deprecated after 2030" }
    end
    return pass()
  end,
}
