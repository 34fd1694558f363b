-- policies/cabf_br/wildcard_scope.lua
-- Nobody holds all of a top-level domain, or of the usual domains below one.
return policy {
  title = "Wildcards do not span a whole registry",
  description = "Top-level domains and the registries of the parameter; the list of all public suffixes is not part of the program.",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "3.2.2.6" },
  controls = shared.PROFILE,
  params = { registries = { "ac.uk", "co.in", "co.jp", "co.kr", "co.nz", "co.uk", "co.za", "com.ar", "com.au", "com.br", "com.cn", "com.mx", "com.sg", "com.tr", "com.tw", "edu.au", "gov.au", "gov.uk", "ne.jp", "net.au", "or.jp", "org.au", "org.uk" } },
  remediation = "Issue it anew for the domain that is really held.",
  level = "must",
  issued_from = "2013-09-01",
  applies = shared.public_leaf,
  check = function(cert, params)
    local items = {}
    for _, name in ipairs(cert.dns_names) do
      if string.sub(name, 1, 2) == "*." then
        local below = string.lower(string.sub(name, 3))
        if not string.find(below, ".", 1, true) or holds(params.registries, below) then
          items[#items + 1] = { item = name, got = "all of " .. below, want = "a domain of one owner" }
        end
      end
    end
    if #items > 0 then
      return fail { items = items, message = "a wildcard directly above a public suffix" }
    end
    return pass()
  end,
}
