-- policies/cabf_br/ca_basic_constraints.lua
-- Critical and cA TRUE.
return policy {
  title = "CA certificates say critically that they are one",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "7.1.2.10.4" },
  controls = shared.PROFILE,
  remediation = "Issue the CA certificate anew with critical basic constraints.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_ca,
  check = function(cert)
    if not cert.is_ca or not cert.basic_constraints_critical then
      return fail { item = "basicConstraints", got = cert.is_ca and "not critical" or "cA FALSE", want = "critical, cA TRUE", message = "does not say critically that it is a CA" }
    end
    return pass()
  end,
}
