-- policies/cabf_br/ca_purpose.lua
-- A subordinate CA for servers is bound to serverAuth.
return policy {
  title = "Subordinate CAs are bound to servers",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.10.6", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue the CA certificate anew with serverAuth in its extended key usage.",
  level = "must",
  issued_from = "2019-01-01",
  applies = function(cert)
    return cert.role == "intermediate" and is_known(cert, "trust") and cert.trust == "public"
  end,
  check = function(cert)
    local purposes = cert.extended_key_usage
    if purposes == nil then
      return fail { item = "extKeyUsage", got = "none", want = "serverAuth", message = "a subordinate CA for every purpose" }
    end
    local server = false
    for _, purpose in ipairs(purposes) do
      if purpose == "any" then
        return fail { item = "extKeyUsage", got = "any", want = "serverAuth", message = "a subordinate CA for every purpose" }
      end
      server = server or purpose == "serverAuth"
    end
    if not server then
      return not_applicable("not a CA for servers")
    end
    return pass()
  end,
}
