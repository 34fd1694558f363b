-- policies/cabf_br/ca_key_usage.lua
-- Critical, with keyCertSign and cRLSign.
local function holds(list, value)
  for _, v in ipairs(list) do
    if v == value then return true end
  end
  return false
end

return policy {
  title = "CA certificates may sign certificates and CRLs",
  applies_to = "certificate",
  severity = "high",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.10.7", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue the CA certificate anew with the key usage of a CA.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role ~= "leaf" and is_known(cert, "trust") and cert.trust == "public"
  end,
  check = function(cert)
    local usage = cert.key_usage
    if usage == nil then
      return fail { item = "keyUsage", got = "none", want = "keyCertSign and cRLSign", message = "has no key usage" }
    end
    if not cert.key_usage_critical or not holds(usage, "keyCertSign") or not holds(usage, "cRLSign") then
      return fail { item = "keyUsage", got = cert.key_usage_critical and "too little" or "not critical", want = "critical, keyCertSign and cRLSign", message = "its key usage is not that of a CA" }
    end
    return pass()
  end,
}
