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
    if kind(subject) == "tls_config" and subject.fragment and is_known(subject, "suites") and not subject.suites then
      return not_applicable("the fragment states no suites")
    end
    local seen = kind(subject) == "tls_config" and subject.fragment or shared.offered(subject)
    if not seen then
      return not_applicable("it speaks no TLS, or states nothing of it")
    end
    local items = {}
    for _, suite in ipairs(subject.suites_seen or {}) do
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
