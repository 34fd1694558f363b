-- policies/nist_tls/protocols.lua
-- TLS 1.2 and 1.3 are there, nothing older.
return policy {
  title = "TLS 1.2 and 1.3 are offered, nothing older",
  applies_to = { "endpoint", "tls_config" },
  severity = "high",
  severities = { "medium" },
  cite = { doc = "NIST SP 800-52", version = "rev. 2", at = "3.1", url = "https://doi.org/10.6028/NIST.SP.800-52r2" },
  controls = shared.STRENGTH,
  remediation = "Offer TLS 1.2 and 1.3 alone.",
  level = "must",
  in_force_from = "2024-01-01",
  check = function(subject)
    local seen = shared.offered(subject)
    if not seen then
      return not_applicable("it speaks no TLS, or states nothing of it")
    end
    local items = {}
    for _, protocol in ipairs(seen) do
      if protocol ~= "TLSv1.2" and protocol ~= "TLSv1.3" then
        items[#items + 1] = { item = protocol, got = "offered", want = "TLSv1.2 or TLSv1.3" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "offers an old protocol" }
    end
    local all = subject.protocols -- else undecided
    if not holds(all, "TLSv1.3") then
      return fail { item = "protocols", got = "no TLSv1.3", want = "TLSv1.3", severity = "medium", message = "TLS 1.3 is required from 2024 on" }
    end
    return pass()
  end,
}
