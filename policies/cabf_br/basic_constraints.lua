-- policies/cabf_br/basic_constraints.lua
-- May be left out; if there, critical, no CA and no length.
return policy {
  title = "Basic constraints do not make it a CA",
  applies_to = "certificate",
  severity = "low",
  severities = { "critical" },
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7.8", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with critical basic constraints that say cA FALSE.",
  level = "must",
  issued_from = "2023-09-15",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
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
