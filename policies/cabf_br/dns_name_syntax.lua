-- policies/cabf_br/dns_name_syntax.lua
-- Letters, digits and hyphens; no empty label, no underscore, no final dot.
local function labels(name)
  local list = {}
  for label in string.gmatch(name .. ".", "([^.]*)%.") do
    list[#list + 1] = label
  end
  return list
end

local UNDERSCORES = { -- newest first
  { from = "2019-04-01", allowed = false },
  { from = "2012-07-01", allowed = true },
}

local function flaw(name, underscores)
  if name == "" then return "an empty name" end
  if #name > 253 then return "longer than 253 bytes" end
  for i, label in ipairs(labels(name)) do
    if label == "" then return "an empty label" end
    if #label > 63 then return "a label longer than 63 bytes" end
    if string.find(label, "_", 1, true) then
      if not underscores then return "an underscore" end
      label = string.gsub(label, "_", "x")
    end
    if not (i == 1 and label == "*") and not string.find(label, "*", 1, true) then
      if not string.find(label, "^[A-Za-z0-9-]+$") then return "a character that is no letter, digit or hyphen" end
      if string.sub(label, 1, 1) == "-" or string.sub(label, -1) == "-" then return "a hyphen at the end of a label" end
      if string.sub(label, 3, 4) == "--" and string.lower(string.sub(label, 1, 2)) ~= "xn" then return "a reserved label" end
    end
  end
  return nil
end

return policy {
  title = "DNS names are well formed",
  description = "Asterisks are judged by cabf_br/wildcard_position.",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "4.2.2 and 7.1.2.7.12" },
  controls = shared.PROFILE,
  remediation = "Issue it anew for names without underscores, empty labels and final dots.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
  check = function(cert)
    local items, underscores = {}, in_force(UNDERSCORES, cert.not_before).allowed
    for _, name in ipairs(cert.dns_names) do
      local reason = flaw(name, underscores)
      if reason then
        items[#items + 1] = { item = name == "" and "subjectAltName" or name, got = reason, want = "labels of letters, digits and hyphens" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "a DNS name is not well formed" }
    end
    return pass()
  end,
}
