-- policies/cabf_br/internal_names.lua
-- Names that the public name system does not hold.
local function labels(name)
  local list = {}
  for label in string.gmatch(name .. ".", "([^.]*)%.") do
    list[#list + 1] = label
  end
  return list
end

return policy {
  title = "No internal names",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "7.1.2.7.12" },
  controls = shared.PROFILE,
  params = { internal = { "alt", "corp", "domain", "example", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost", "mail", "private", "test" } },
  remediation = "Use a private CA for internal names, or a name below a domain that is held.",
  level = "must",
  issued_from = "2015-11-01",
  applies = shared.public_leaf,
  check = function(cert, params)
    local items = {}
    for _, name in ipairs(cert.dns_names) do
      local parts = labels(string.lower(name))
      local last = parts[#parts]
      if #parts == 1 then
        items[#items + 1] = { item = name, got = "a single label", want = "a name below a public top-level domain" }
      elseif holds(params.internal, last) or (last == "arpa" and parts[#parts - 1] == "home") then
        items[#items + 1] = { item = name, got = "." .. last, want = "a public top-level domain" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "a name that means something else in every network" }
    end
    return pass()
  end,
}
