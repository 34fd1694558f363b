-- policies/cabf_br/basic_constraints.lua
-- May be left out; if there, critical, no CA and no length.
return policy {
  title = "Basic constraints do not make it a CA",
  applies_to = "certificate",
  severity = "low",
  severities = { "critical" },
  cite = { at = "7.1.2.7.8" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with critical basic constraints that say cA FALSE.",
  level = "must",
  issued_from = "2023-09-15",
  applies = shared.public_leaf,
  check = function(cert)
    if not cert.basic_constraints_present then
      return pass("it has none, which is allowed")
    end
    if cert.is_ca then
      return fail { item = "basicConstraints", got = "cA TRUE", want = "cA FALSE", severity = "critical", message = "a server's certificate that can issue others" }
    end
    if cert.path_length then
      return fail { item = "basicConstraints", got = "a path length", want = "none", message = "has a path length without being a CA" }
    end
    if not cert.basic_constraints_critical then
      return fail { item = "basicConstraints", got = "not critical", want = "critical", message = "basic constraints are not critical" }
    end
    return pass()
  end,
}
