-- policies/core/tls_1_3.lua
-- The version without the old ones' mistakes, and the only one that takes hybrid key exchange.
return policy {
  title = "TLS 1.3 is offered",
  applies_to = { "endpoint", "tls_config" },
  severity = "low",
  cite = { doc = "RFC 9325", version = "2022", at = "3.1.1", url = "https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:12.3.3" },
  remediation = "Offer TLS 1.3 beside TLS 1.2.",
  level = "should",
  check = function(subject)
    local scanned = kind(subject) == "endpoint"
    if scanned and is_known(subject, "speaks_tls") and not subject.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    if not scanned and (subject.role == "upstream" or (subject.fragment and is_known(subject, "protocols") and not subject.protocols)) then
      return not_applicable("states no versions that it offers")
    end
    local known = scanned or is_known(subject, "protocols_seen")
    if holds(known and subject.protocols_seen or {}, "TLSv1.3") then
      return pass()
    end
    if scanned and is_known(subject, "protocols_tested") and holds(subject.protocols_tested, "TLSv1.3") then
      return fail { item = "protocols", got = "no TLSv1.3", want = "TLSv1.3", message = "TLS 1.3 is not offered" }
    end
    local all = subject.protocols -- else undecided
    return fail { item = "protocols", got = table.concat(all, ", "), want = "TLSv1.3", message = "TLS 1.3 is not offered" }
  end,
}
