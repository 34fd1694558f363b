-- policies/cabf_br/reverse_zones.lua
-- Names below in-addr.arpa and ip6.arpa.
return policy {
  title = "No names in the reverse zones of addresses",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "4.2.2" },
  controls = shared.PROFILE,
  remediation = "Issue it anew without the name, or with the address itself.",
  level = "must",
  issued_from = "2026-03-15",
  applies = shared.public_leaf,
  check = function(cert)
    local items = {}
    for _, name in ipairs(cert.dns_names) do
      local lower = string.lower(name)
      if string.sub(lower, -13) == ".in-addr.arpa" or string.sub(lower, -9) == ".ip6.arpa" then
        items[#items + 1] = { item = name, got = "a reverse zone", want = "a host name" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "a name of a reverse zone" }
    end
    return pass()
  end,
}
