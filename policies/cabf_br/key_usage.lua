-- policies/cabf_br/key_usage.lua
-- Critical, digitalSignature, and nothing of a CA.
local RULES = { -- newest first; before the profile of 2023 only the bits of a CA were forbidden
  { from = "2023-09-15", whole = true },
  { from = "2012-07-01", whole = false },
}

local ALLOWED = { digitalSignature = true, keyEncipherment = true, dataEncipherment = true, keyAgreement = true }

return policy {
  title = "The key usage is that of a server",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "7.1.2.7.11" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with a critical key usage of digitalSignature.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
  check = function(cert)
    local usage = cert.key_usage
    if usage == nil then
      return pass("it has none, which is allowed")
    end
    local items, whole = {}, in_force(RULES, cert.not_before).whole
    for _, bit in ipairs(usage) do
      if bit == "keyCertSign" or bit == "cRLSign" or (whole and not ALLOWED[bit])
        or (whole and cert.key.family == "ec" and bit ~= "digitalSignature" and bit ~= "keyAgreement") then
        items[#items + 1] = { item = "keyUsage", got = bit, want = "digitalSignature" }
      end
    end
    if whole and cert.key.family == "ec" and not holds(usage, "digitalSignature") then
      items[#items + 1] = { item = "keyUsage", got = "no digitalSignature", want = "digitalSignature" }
    end
    if whole and not cert.key_usage_critical then
      items[#items + 1] = { item = "keyUsage", got = "not critical", want = "critical" }
    end
    if #items > 0 then
      return fail { items = items, message = "its key usage is not that of a server" }
    end
    return pass()
  end,
}
