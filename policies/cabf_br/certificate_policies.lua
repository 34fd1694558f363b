-- policies/cabf_br/certificate_policies.lua
-- Exactly one of the four reserved identifiers, and not anyPolicy.
local RESERVED = { ["2.23.140.1.2.1"] = true, ["2.23.140.1.2.2"] = true, ["2.23.140.1.2.3"] = true, ["2.23.140.1.1"] = true }

return policy {
  title = "One reserved policy identifier is named",
  applies_to = "certificate",
  severity = "low",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7.9", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with one of the identifiers for DV, OV, IV or EV.",
  level = "must",
  issued_from = "2023-09-15",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    local found = 0
    for _, oid in ipairs(cert.policy_oids) do
      if oid == "2.5.29.32.0" then
        return fail { item = "certificatePolicies", got = "anyPolicy", want = "one reserved identifier", message = "asserts any policy" }
      end
      if RESERVED[oid] then
        found = found + 1
      end
    end
    if found ~= 1 then
      return fail { item = "certificatePolicies", got = found .. " reserved identifiers", want = "exactly one", message = "does not say in one way how its subject was validated" }
    end
    return pass()
  end,
}
