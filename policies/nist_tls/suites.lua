-- policies/nist_tls/suites.lua
-- Ephemeral keys and AES; no suite that only looks like one.
local function offered(subject)
  if kind(subject) == "endpoint" then
    if is_known(subject, "speaks_tls") and not subject.speaks_tls then return nil end
    return subject.protocols_seen
  end
  return subject.protocols
end

return policy {
  title = "Suites are ephemeral, with AES",
  applies_to = { "endpoint", "tls_config" },
  severity = "medium",
  cite = { doc = "NIST SP 800-52", version = "rev. 2", at = "3.3.1", url = "https://doi.org/10.6028/NIST.SP.800-52r2" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Offer ECDHE suites with AES-GCM alone.",
  level = "must",
  check = function(subject)
    local seen = offered(subject)
    if not seen then
      return not_applicable("it does not speak TLS")
    end
    local items = {}
    for _, suite in ipairs(kind(subject) == "endpoint" and subject.suites_seen or subject.suites) do
      if suite.encryption ~= "AES" or suite.anonymous or not suite.forward_secrecy then
        items[#items + 1] = { item = suite.name, got = suite.encryption, want = "AES with ephemeral keys" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "offers a suite that is not approved" }
    end
    if subject.suites then -- all of them, else undecided
      return pass()
    end
    return undecided("offers no suite that is known")
  end,
}
