-- policies/core/protocol_versions.lua
-- A version that is still sound is offered; old ones beside it are core/cipher_suites' business.
return policy {
  title = "A sound TLS version is offered",
  description = "TLS 1.2 or 1.3 is there for clients. Which old versions must not be, core/cipher_suites says; "
    .. "that 1.3 must be, core/tls_1_3.",
  applies_to = { "endpoint", "tls_config" },
  severity = "high",
  cite = { doc = "RFC 9325", version = "2022", at = "3.1.1", url = "https://www.rfc-editor.org/rfc/rfc9325" },
  controls = shared.SETTINGS,
  remediation = "Offer TLS 1.2 and 1.3.",
  level = "must",
  check = function(subject)
    local scanned = kind(subject) == "endpoint"
    if scanned and is_known(subject, "speaks_tls") and not subject.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    if not scanned and subject.fragment and is_known(subject, "protocols") and not subject.protocols then
      return not_applicable("the fragment states no versions")
    end
    if not scanned and subject.role == "upstream" then
      return not_applicable("the backend offers, this side takes")
    end
    local seen = (scanned or is_known(subject, "protocols_seen")) and subject.protocols_seen or {}
    if holds(seen, "TLSv1.3") or holds(seen, "TLSv1.2") then
      return pass()
    end
    for _, s in ipairs(scanned and {} or subject.settings) do
      if s.fact == "protocols" and s.origin == "unknown" then
        return undecided { message = s.directive .. (s.path and " (" .. s.path .. ":" .. s.line .. ")" or "") .. ": " .. s.reason, advice = "state it in the file, or audit the files that it takes it from" }
      end
    end
    local offered = subject.protocols -- all of them, else undecided
    return fail {
      item = "protocols", got = table.concat(offered, ", "), want = "TLSv1.2 or TLSv1.3",
      message = "offers old protocols alone",
    }
  end,
}
