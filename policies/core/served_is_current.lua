-- policies/core/served_is_current.lua
-- A renewal that lies in git and is not served has not happened yet.
local HOUR = 3600 -- seconds

-- Places that have held it for longer than the grace period when the scan was made.
local function overdue(cert, scanned_at, grace)
  local out = {}
  for _, place in ipairs(cert.sightings) do
    local stored = place.use == "stored" or place.use == "configured"
    local dated = is_known(place, "since")
    if stored and not (dated and place.since == nil) then -- nil: it is not committed yet
      local from = cert.not_before
      if dated and place.since > from then from = place.since end
      if scanned_at == nil or from + grace < scanned_at then
        out[#out + 1] = { name = place.source .. ":" .. place.path, since = date(from) }
      end
    end
  end
  return out
end

return policy {
  title = "Servers serve the newest certificate that is stored for them",
  description = "A newer certificate of the same names lies in a repository or folder, and a scan made after it came "
    .. "there, and after a grace period, still met the old one. When it came is the date of its commit, or its notBefore.",
  applies_to = "endpoint",
  severity = "low", -- also where no scanner tells the leaf
  severities = { "medium", "high" },
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  params = { grace_hours = 48 },
  remediation = "Put the newer certificate in place and reload the server; or take it out of the repository if it is not meant for it.",
  level = "should",
  check = function(endpoint, params)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local newer = endpoint.leaf_renewals
    if #newer == 0 then
      return pass("nothing newer is stored")
    end
    local at = is_known(endpoint, "scanned_at") and endpoint.scanned_at or nil
    local items = {}
    for _, cert in ipairs(newer) do
      for _, place in ipairs(overdue(cert, at, params.grace_hours * HOUR)) do
        items[#items + 1] = {
          item = place.name,
          got = "newer, since " .. place.since .. "; served is one that ends " .. date(endpoint.leaf.not_after),
          want = "the one that ends " .. date(cert.not_after) .. " (serial " .. cert.serial .. ")",
        }
      end
    end
    if #items == 0 then
      return pass("what is newer came after the scan, or shortly before")
    end
    if not at then
      return undecided {
        message = "a newer certificate is stored, and the scan does not say whether it was made before or after: " .. items[1].item,
        advice = "scan with a tool that tells the time (nmap, testssl with pretty JSON, sslyze)",
      }
    end
    local severity = within(endpoint.leaf.not_after, 7 * 24 * HOUR) and "high" or "medium"
    return fail { items = items, severity = severity, message = "serves an older certificate than the one that is stored" }
  end,
}
