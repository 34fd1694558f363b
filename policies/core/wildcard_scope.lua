-- policies/core/wildcard_scope.lua
-- One stolen key of a wildcard speaks for all names below.
return policy {
  title = "Wildcards are few and narrow",
  applies_to = { "certificate", "record", "request" },
  severity = "medium",
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = { "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-12", "nist_800_53_r5:sc-17" },
  params = { wildcards = choice { "accept", "refuse" }, min_labels = 2 },
  remediation = "Issue it for the names that are used.",
  level = "should",
  applies = function(subject)
    return subject.role == "leaf"
  end,
  check = function(subject, params)
    local items = {}
    for _, name in ipairs(subject.dns_names) do
      if string.sub(name, 1, 2) == "*." then
        local _, dots = string.gsub(name, "%.", "")
        if params.wildcards == "refuse" then
          items[#items + 1] = { item = name, got = "a wildcard", want = "names written out" }
        elseif dots < params.min_labels then
          items[#items + 1] = { item = name, got = dots .. " labels below the asterisk", want = "at least " .. params.min_labels }
        end
      end
    end
    if #items > 0 then
      return fail { items = items, message = "a wildcard that reaches too far" }
    end
    return pass()
  end,
}
