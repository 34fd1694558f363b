-- policies/cabf_br/name_constraints.lua
-- They belong to CAs.
return policy {
  title = "Leaves carry no name constraints",
  applies_to = "certificate",
  severity = "low",
  cite = { at = "7.1.2.7.6" },
  controls = shared.PROFILE,
  remediation = "Issue it anew without name constraints.",
  level = "must",
  issued_from = "2023-09-15",
  applies = shared.public_leaf,
  check = function(cert)
    if cert.name_constraints_present then
      return fail { item = "nameConstraints", got = "present", want = "none", message = "a leaf with name constraints" }
    end
    return pass()
  end,
}
