-- policies/cabf_br/name_constraints.lua
-- They belong to CAs.
return policy {
  title = "Leaves carry no name constraints",
  applies_to = "certificate",
  severity = "low",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7.6", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew without name constraints.",
  level = "must",
  issued_from = "2023-09-15",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    if cert.name_constraints_present then
      return fail { item = "nameConstraints", got = "present", want = "none", message = "a leaf with name constraints" }
    end
    return pass()
  end,
}
