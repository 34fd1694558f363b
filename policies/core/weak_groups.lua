-- policies/core/weak_groups.lua
-- Curves too small, and those that TLS has given up.
local KEPT = { -- of the curves numbered up to 30 (RFC 8422, 5.1.1); brainpool is RFC 7027's
  secp256r1 = true, secp384r1 = true, secp521r1 = true,
  brainpoolp256r1 = true, brainpoolp384r1 = true, brainpoolp512r1 = true,
}

-- Bits of a curve by its name; nil for what is no curve of that family.
local function curve_bits(name)
  local bits = string.match(name, "^sec[pt](%d+)[rk]%d$")
  return bits and tonumber(bits)
end

-- Does any suite that is offered take a group of this list? TLS 1.3 always does.
local function takes_groups(suites)
  for _, suite in ipairs(suites) do
    if suite.kx == "any" or string.sub(suite.kx, 1, 5) == "ECDHE" or suite.kx == "ECCPWD" then return true end
  end
  return false
end

return policy {
  title = "Only sound groups are offered for key exchange",
  applies_to = "endpoint",
  severity = "low", -- also where no scanner tells every group
  severities = { "medium", "high" },
  cite = { doc = "RFC 9325", version = "2022", at = "4.5", url = "https://www.rfc-editor.org/rfc/rfc9325#section-4.5" },
  controls = shared.STRENGTH,
  params = {
    min_bits = 224, -- of a curve
    forbid = {}, -- further groups, as the IANA registry names them
  },
  remediation = "Offer X25519, secp256r1 and secp384r1 alone, X25519MLKEM768 where the library has it.",
  level = "must",
  check = function(endpoint, params)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local items, severity = {}, "low"
    if is_known(endpoint, "groups_seen") then
      for _, group in ipairs(endpoint.groups_seen) do
        local name = string.lower(group)
        local bits = curve_bits(name)
        if bits and bits < params.min_bits then
          severity = "high"
          items[#items + 1] = { item = group, got = bits .. " bits", want = "at least " .. params.min_bits }
        elseif holds(params.forbid, group) or string.find(name, "explicit", 1, true) then
          severity = severity == "high" and severity or "medium"
          items[#items + 1] = { item = group, got = "offered", want = "not offered" }
        elseif bits and not KEPT[name] then
          items[#items + 1] = { item = group, got = "deprecated by RFC 8422", want = "not offered" }
        end
      end
    end
    if #items > 0 then
      return fail { items = items, severity = severity, message = "offers weak or deprecated groups" }
    end
    if not is_known(endpoint, "groups") and is_known(endpoint, "suites") and not takes_groups(endpoint.suites) then
      return not_applicable("no suite of it takes a group")
    end
    return pass(#endpoint.groups .. " groups") -- all of them, else undecided
  end,
}
