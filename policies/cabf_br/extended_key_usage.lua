-- policies/cabf_br/extended_key_usage.lua
-- serverAuth, perhaps clientAuth, nothing that belongs to other trades.
local FORBIDDEN = { any = true, codeSigning = true, emailProtection = true, timeStamping = true, OCSPSigning = true }

local function listed(list)
  local out = {}
  for _, v in ipairs(list) do
    out[#out + 1] = v
  end
  return out
end

return policy {
  title = "The extended key usage is that of a server",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "7.1.2.7.10" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with serverAuth alone.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
  check = function(cert)
    local purposes = cert.extended_key_usage
    if purposes == nil then
      return fail { item = "extKeyUsage", got = "none", want = "serverAuth", message = "has no extended key usage" }
    end
    if not holds(purposes, "serverAuth") then
      return fail { item = "extKeyUsage", got = table.concat(listed(purposes), ", "), want = "serverAuth", message = "is not for servers" }
    end
    local items = {}
    for _, purpose in ipairs(purposes) do
      if FORBIDDEN[purpose] then
        items[#items + 1] = { item = "extKeyUsage", got = purpose, want = "serverAuth" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "is for other purposes, too" }
    end
    return pass()
  end,
}
