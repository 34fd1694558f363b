-- policies/cabf_br/ca_key_usage.lua
-- Critical, with keyCertSign and cRLSign.
return policy {
  title = "CA certificates may sign certificates and CRLs",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "7.1.2.10.7" },
  controls = shared.PROFILE,
  remediation = "Issue the CA certificate anew with the key usage of a CA.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_ca,
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
