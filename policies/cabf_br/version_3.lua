-- policies/cabf_br/version_3.lua
-- Extensions need version 3.
return policy {
  title = "Certificates are of version 3",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "7.1.1" },
  controls = shared.PROFILE,
  remediation = "Issue it anew as an X.509 version 3 certificate.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
  check = function(cert)
    if cert.version ~= 3 then
      return fail { item = "version", got = cert.version, want = 3, message = "not of version 3" }
    end
    return pass()
  end,
}
