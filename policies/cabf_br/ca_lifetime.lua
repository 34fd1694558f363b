-- policies/cabf_br/ca_lifetime.lua
-- Chrome's programme advises three years.
return policy {
  title = "Subordinate CAs live three years at most",
  applies_to = "certificate",
  severity = "low",
  cite = { doc = "Chrome Root Program Policy", version = "1.8", at = "1.3.1.3", url = "https://googlechrome.github.io/chromerootprogram/" },
  unmapped = "a root program asks it of its CAs; no control of those who use certificates does",
  params = { max_days = 1096 },
  remediation = "Plan to replace the subordinate CA within three years.",
  level = "should",
  issued_from = "2026-02-05",
  applies = shared.public_intermediate,
  check = function(cert, params)
    local days = (cert.validity_seconds + 86399) // 86400
    if days > params.max_days then
      return fail { item = "validity", got = days .. " days", want = "at most " .. params.max_days .. " days", message = "a subordinate CA that lives for long" }
    end
    return pass()
  end,
}
