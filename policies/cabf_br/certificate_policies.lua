-- policies/cabf_br/certificate_policies.lua
-- Exactly one of the four reserved identifiers, and not anyPolicy.
local RESERVED = { ["2.23.140.1.2.1"] = true, ["2.23.140.1.2.2"] = true, ["2.23.140.1.2.3"] = true, ["2.23.140.1.1"] = true }

return policy {
  title = "One reserved policy identifier is named",
  applies_to = "certificate",
  severity = "low",
  cite = { at = "7.1.2.7.9" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with one of the identifiers for DV, OV, IV or EV.",
  level = "must",
  issued_from = "2023-09-15",
  applies = shared.public_leaf,
  check = function(cert)
    local found = 0
    for _, oid in ipairs(cert.policy_oids) do
      if oid == "2.5.29.32.0" then
        return fail { item = "certificatePolicies", got = "anyPolicy", want = "one reserved identifier", message = "asserts any policy" }
      end
      if RESERVED[oid] then
        found = found + 1
      end
    end
    if found ~= 1 then
      return fail { item = "certificatePolicies", got = found .. " reserved identifiers", want = "exactly one", message = "does not say in one way how its subject was validated" }
    end
    return pass()
  end,
}
