-- policies/cabf_br/ca_key_id.lua
-- Leaves point to it.
return policy {
  title = "CA certificates carry a subject key identifier",
  applies_to = "certificate",
  severity = "low",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.11.4", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue the CA certificate anew with a subject key identifier.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role ~= "leaf" and is_known(cert, "trust") and cert.trust == "public"
  end,
  check = function(cert)
    if cert.subject_key_id == nil then
      return fail { item = "subjectKeyIdentifier", got = "none", want = "one", message = "has no subject key identifier" }
    end
    return pass()
  end,
}
