-- policies/cabf_br/san_critical.lua
-- Critical only where the subject is empty.
return policy {
  title = "The subjectAltName is critical just where the subject is empty",
  applies_to = "certificate",
  severity = "low",
  cite = { at = "7.1.2.7.12" },
  controls = shared.PROFILE,
  remediation = "Issue it anew, critical if and only if the subject is empty.",
  level = "must",
  issued_from = "2023-09-15",
  applies = shared.public_leaf,
  check = function(cert)
    local critical = cert.san_critical
    if critical == nil then
      return not_applicable("it has no subjectAltName")
    end
    if critical ~= (cert.subject == "") then
      return fail {
        item = "subjectAltName", got = critical and "critical" or "not critical",
        want = critical and "not critical" or "critical",
        message = critical and "critical beside a subject" or "not critical though the subject is empty",
      }
    end
    return pass()
  end,
}
