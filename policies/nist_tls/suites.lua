-- policies/nist_tls/suites.lua
-- Ephemeral keys and AES; no suite that only looks like one.
return policy {
  title = "Suites are ephemeral, with AES",
  applies_to = { "endpoint", "tls_config" },
  severity = "medium",
  cite = { doc = "NIST SP 800-52", version = "rev. 2", at = "3.3.1", url = "https://doi.org/10.6028/NIST.SP.800-52r2" },
  controls = shared.STRENGTH,
  remediation = "Offer ECDHE suites with AES-GCM alone.",
  level = "must",
  check = function(subject)
    local seen = shared.offered(subject)
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
