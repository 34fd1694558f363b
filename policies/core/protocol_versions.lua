-- policies/core/protocol_versions.lua
-- A version that is still sound is offered; old ones beside it are core/cipher_suites' business.
local function holds(list, value)
  for _, v in ipairs(list) do
    if v == value then return true end
  end
  return false
end

return policy {
  title = "A sound TLS version is offered",
  description = "TLS 1.2 or 1.3 is there for clients; which old versions must not be, core/cipher_suites says.",
  applies_to = { "endpoint", "tls_config" },
  severity = "high",
  severities = { "medium" },
  cite = { doc = "RFC 9325", version = "2022", at = "3.1.1", url = "https://www.rfc-editor.org/rfc/rfc9325" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:12.3.3", "pci_dss_4.0.1:4.2.1" },
  params = { tls_1_3 = choice { "optional", "required" } },
  remediation = "Offer TLS 1.2 and 1.3.",
  level = "must",
  check = function(subject, params)
    local scanned = kind(subject) == "endpoint"
    if scanned and is_known(subject, "speaks_tls") and not subject.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local seen = scanned and subject.protocols_seen or subject.protocols
    if holds(seen, "TLSv1.3") or (params.tls_1_3 == "optional" and holds(seen, "TLSv1.2")) then
      return pass()
    end
    local offered = subject.protocols -- all of them, else undecided
    if holds(offered, "TLSv1.2") then
      return fail { item = "protocols", got = "no TLSv1.3", want = "TLSv1.3", severity = "medium", message = "does not offer TLS 1.3" }
    end
    return fail { item = "protocols", got = "neither TLSv1.2 nor TLSv1.3", want = "TLSv1.2 or TLSv1.3", message = "offers old protocols alone" }
  end,
}
