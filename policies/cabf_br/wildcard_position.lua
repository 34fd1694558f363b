-- policies/cabf_br/wildcard_position.lua
-- An asterisk is the whole leftmost label.
return policy {
  title = "Wildcards are the whole leftmost label",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "1.6.1" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with the names written out, or with *. before the domain.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
  check = function(cert)
    local items = {}
    for _, name in ipairs(cert.dns_names) do
      local rest = string.sub(name, 1, 2) == "*." and string.sub(name, 3) or name
      if string.find(rest, "*", 1, true) or rest == "" then
        items[#items + 1] = { item = name, got = "an asterisk elsewhere", want = "'*.' before a whole name" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "an asterisk that no client understands" }
    end
    return pass()
  end,
}
