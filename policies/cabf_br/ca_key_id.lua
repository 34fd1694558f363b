-- policies/cabf_br/ca_key_id.lua
-- Leaves point to it.
return policy {
  title = "CA certificates carry a subject key identifier",
  applies_to = "certificate",
  severity = "low",
  cite = { at = "7.1.2.11.4" },
  controls = shared.PROFILE,
  remediation = "Issue the CA certificate anew with a subject key identifier.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_ca,
  check = function(cert)
    if cert.subject_key_id == nil then
      return fail { item = "subjectKeyIdentifier", got = "none", want = "one", message = "has no subject key identifier" }
    end
    return pass()
  end,
}
