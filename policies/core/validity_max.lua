-- policies/core/validity_max.lua
-- How long a leaf may be valid: a number of days, or the CA/Browser Forum's schedule.
local DAY = 86400 -- seconds; any fraction above a day counts as one more day

local SCHEDULE = { -- newest first; `at` is midnight UTC of `from`
  { from = "2029-03-15", at = 1868227200, days = 47 },
  { from = "2027-03-15", at = 1805068800, days = 100 },
  { from = "2026-03-15", at = 1773532800, days = 200 },
  { from = "2020-09-01", at = 1598918400, days = 398 },
}

local function ceiling(subject, params)
  if params.schedule == "fixed" then
    return params.max_days
  end
  if kind(subject) ~= "request" then
    return in_force(SCHEDULE, subject.not_before).days
  end
  for _, row in ipairs(SCHEDULE) do -- a request is issued at the judged instant, if ever
    if passed(row.at - 1) then
      return row.days
    end
  end
  return SCHEDULE[#SCHEDULE].days
end

return policy {
  title = "Leaf certificates are not valid for too long",
  applies_to = { "certificate", "record", "request" },
  severity = "high",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "6.3.2", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = {
    "dora_rts_2024_1774:7(1)", "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-12",
    "nist_800_53_r5:sc-17",
  },
  params = { schedule = choice { "fixed", "cabf" }, max_days = 47 },
  remediation = "Issue it for a shorter time and renew it automatically.",
  level = "must",
  applies = function(subject)
    return subject.role == "leaf" and subject.purpose == "tls_server"
  end,
  check = function(subject, params)
    local seconds = subject.validity_seconds
    if not seconds then
      return not_applicable("the request names no length of validity")
    end
    local most = ceiling(subject, params)
    local got = (seconds + DAY - 1) // DAY
    if got > most then
      return fail { item = "validity", got = got .. " days", want = "at most " .. most .. " days", message = "valid for too long" }
    end
    return pass()
  end,
}
