-- policies/core/key_reuse.lua
-- One key under several names is lost for all of them at once.
-- A renewal, also one that takes names in or gives some up, shares a name.
local function shares(a, b)
  for _, name in ipairs(a.dns_names) do
    if holds(b.dns_names, name) then return true end
  end
  for _, address in ipairs(a.ip_addresses) do
    if holds(b.ip_addresses, address) then return true end
  end
  return a.subject ~= "" and a.subject == b.subject
end

local function apart(mine, theirs)
  if #mine == 0 or #theirs == 0 then return false end
  for _, a in ipairs(mine) do
    for _, b in ipairs(theirs) do
      if a.name == b.name then return false end
    end
  end
  return true
end

local function name_of(cert)
  return cert.dns_names[1] or cert.subject
end

return policy {
  title = "A key belongs to one name and one owner",
  applies_to = "certificate",
  severity = "medium",
  severities = { "high", "low" },
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = { "bsi_c5_2020:CRY-04", "dora_rts_2024_1774:7(1)", "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-12" },
  params = { renewals = choice { "accept", "refuse" } },
  remediation = "Make a key for each name, and a new one with each renewal.",
  level = "should",
  applies = function(cert)
    return cert.role == "leaf"
  end,
  check = function(cert, params)
    local items, severity = {}, "low"
    for _, other in ipairs(cert.same_key) do
      if other.role == "leaf" and not other.is_precertificate then
        local shared = shares(cert, other)
        if not shared and apart(cert.owners, other.owners) then
          severity = "high"
        elseif not shared and severity == "low" then
          severity = "medium"
        end
        if not shared or params.renewals == "refuse" then
          items[#items + 1] = { item = "key", got = "also of " .. name_of(other), want = "a key of its own" }
        end
      end
    end
    if #items > 0 then
      return fail { items = items, severity = severity, message = severity == "low" and "a renewal that keeps its key" or "one key under several names" }
    end
    return pass()
  end,
}
