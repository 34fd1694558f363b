-- policies/core/scan_disagreement.lua
-- Reports of one endpoint, made at the same time, that say different things.
local function first(list, most)
  local out = {}
  for i, text in ipairs(list) do
    if i > most then
      out[#out + 1] = "and " .. (#list - most) .. " more"
      break
    end
    out[#out + 1] = text
  end
  return table.concat(out, ", ")
end

return policy {
  title = "Scanners agree on what an endpoint serves",
  applies_to = "endpoint",
  severity = "medium",
  severities = { "low" },
  cite = { doc = "NIST SP 1800-16", version = "Volume B", at = "5.1.2", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = { "iso_27001_2022:A.8.9", "nist_800_53_r5:ca-7" },
  remediation = "Scan again, every address of the name: servers behind it may differ, or one report be stale.",
  level = "should",
  check = function(endpoint)
    local items, severity = {}, "low"
    for _, d in ipairs(endpoint.disagreements) do
      -- a suite that one scanner does not know is no worse than a gap; a leaf or a version is
      if d.fact ~= "suites" then
        severity = "medium"
      end
      items[#items + 1] = {
        item = d.fact .. ":" .. d.item,
        got = "seen by " .. first(d.seen_by, 3),
        want = "not denied by " .. first(d.denied_by, 3),
      }
    end
    if #items > 0 then
      return fail { items = items, severity = severity, message = "what one report saw, another of the same time denied" }
    end
    return pass()
  end,
}
