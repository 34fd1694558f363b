-- policies/cabf_br/validity_schedule.lua
-- Validity ceiling by date of issuance; both end points count, a part of a day is a day.
local DAY = 86400 -- seconds

local CEILINGS = { -- newest first; days
  { from = "2029-03-15", days = 47 },
  { from = "2027-03-15", days = 100 },
  { from = "2026-03-15", days = 200 },
  { from = "2020-09-01", days = 398 },
  { from = "2018-03-01", days = 825 },
}

return policy {
  title = "Leaf certificates stay within the validity ceiling of their issue date",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "6.3.2" },
  controls = shared.STRENGTH,
  remediation = "Issue it for a shorter time and renew it automatically.",
  level = "must",
  applies = shared.public_leaf,
  check = function(cert)
    local days = (cert.validity_seconds + DAY - 1) // DAY
    local row = in_force(CEILINGS, cert.not_before)
    if days > row.days then
      return fail {
        item = "validity", got = days .. " days", want = "at most " .. row.days .. " days",
        message = "valid for too long for a certificate issued on " .. date(cert.not_before),
      }
    end
    return pass()
  end,
}
