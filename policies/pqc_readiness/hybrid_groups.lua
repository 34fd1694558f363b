-- policies/pqc_readiness/hybrid_groups.lua
-- Recorded traffic is read by the machines of later years.
return policy {
  title = "A hybrid key exchange is offered",
  applies_to = "endpoint",
  severity = "low",
  cite = { doc = "NIST IR 8547", version = "initial public draft, 2024-11", at = "4.1", url = "https://doi.org/10.6028/NIST.IR.8547.ipd" },
  controls = shared.AGILITY,
  remediation = "Offer X25519MLKEM768, with OpenSSL 3.5 or another library that has it.",
  level = "should",
  check = function(subject)
    if is_known(subject, "speaks_tls") and not subject.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    if is_known(subject, "groups_seen") then
      for _, group in ipairs(subject.groups_seen) do
        if string.find(string.upper(group), "MLKEM", 1, true) then
          return pass(group)
        end
      end
    end
    local all = subject.groups -- every group that it offers, else undecided
    return fail { item = "groups", got = #all .. " groups, none of them hybrid", want = "X25519MLKEM768", message = "what is recorded today can be read later" }
  end,
}
