-- policies/core/expiry.lua
-- Expired, or soon: measured against the smaller of a number of days and a part of the lifetime.
local DAY = 86400 -- seconds
local WINDOWS = { -- nearest first
  { days = 7, part = 10, severity = "high" },
  { days = 14, part = 5, severity = "medium" },
  { days = 30, part = 3, severity = "low" },
}

local function lifetime(subject)
  if is_known(subject, "validity_seconds") then
    return subject.validity_seconds
  end
  return nil
end

return policy {
  title = "What is in use has not expired and does not expire soon",
  applies_to = { "certificate", "record" },
  severity = "critical",
  severities = { "high", "medium", "low" },
  cite = { doc = "PCI DSS", version = "4.0.1", at = "4.2.1" },
  controls = {
    "dora_rts_2024_1774:7(5)", "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-17",
    "nist_csf_2.0:ID.AM-08", "pci_dss_4.0.1:4.2.1", "soc_2_2017:CC7.1",
  },
  params = { warn_days = 30 },
  eased_by = { "superseded" },
  remediation = "Renew it and put the new certificate in place everywhere it is used.",
  level = "must",
  check = function(subject, params)
    local not_after = subject.not_after
    if not not_after then
      return not_applicable("it names no end of validity")
    end
    if passed(not_after) then
      if subject.in_use then
        return fail { item = "not_after", got = date(not_after), want = "not in the past", message = "in use and expired" }
      end
      if subject.superseded then
        return not_applicable("expired and superseded")
      end
      return fail {
        item = "not_after", got = date(not_after), want = "not in the past",
        severity = "low", message = "expired, and not known to be in use",
      }
    end
    if not within(not_after, params.warn_days * DAY) then
      return pass()
    end
    if not subject.in_use then
      return not_applicable("not in use")
    end
    local whole = lifetime(subject)
    for _, window in ipairs(WINDOWS) do
      local days = window.days < params.warn_days and window.days or params.warn_days
      local ahead = days * DAY
      if whole and whole // window.part < ahead then
        ahead = whole // window.part
      end
      if within(not_after, ahead) then
        return fail {
          item = "not_after", got = date(not_after), want = "renewed before",
          severity = window.severity, message = "expires soon",
        }
      end
    end
    return pass()
  end,
}
