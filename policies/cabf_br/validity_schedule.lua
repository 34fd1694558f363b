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
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "6.3.2", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it for a shorter time and renew it automatically.",
  level = "must",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
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
