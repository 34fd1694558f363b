-- policies/core/scan_age.lua
-- A scan says how a server was. The age of one file is bounded by its source's max_age; this bounds
-- the oldest report that any fact of an endpoint still rests on.
local DAY = 86400 -- seconds

return policy {
  title = "Endpoints were scanned recently",
  applies_to = "endpoint",
  severity = "low", -- also of reports that do not say when they were made
  severities = { "medium" },
  cite = { doc = "PCI DSS", version = "4.0.1", at = "11.3.2" },
  controls = { "iso_27001_2022:A.8.8", "nist_800_53_r5:ca-7", "nist_csf_2.0:DE.CM-01", "soc_2_2017:CC4.1" },
  params = { max_days = 90 },
  remediation = "Scan it again, and take the old report out.",
  level = "should",
  check = function(endpoint, params)
    local at = endpoint.scanned_at
    if passed(at + params.max_days * DAY) then
      return fail { item = "scanned_at", got = date(at), want = "at most " .. params.max_days .. " days ago", severity = "medium" }
    end
    return pass()
  end,
}
