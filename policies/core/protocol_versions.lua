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
    local seen = scanned and subject.protocols_seen or subject.protocols
    if holds(seen, "TLSv1.3") or holds(seen, "TLSv1.2") then
      return pass()
    end
    local offered = subject.protocols -- all of them, else undecided
    return fail {
      item = "protocols", got = table.concat(offered, ", "), want = "TLSv1.2 or TLSv1.3",
      message = "offers old protocols alone",
    }
  end,
}
