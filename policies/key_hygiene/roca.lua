-- policies/key_hygiene/roca.lua
-- Keys of a faulty generator in smart cards and TPMs.
return policy {
  title = "No keys of the ROCA generator",
  applies_to = { "certificate", "private_key", "request" },
  severity = "critical",
  cite = { doc = "CVE", version = "2017-15361", at = "description", url = "https://www.cve.org/CVERecord?id=CVE-2017-15361" },
  controls = shared.WEAKNESS,
  remediation = "Make a new key outside of the device, and revoke the certificate.",
  level = "must",
  applies = function(cert)
    return cert.key.family == "rsa"
  end,
  check = function(cert)
    if cert.key.roca then
      return fail { item = "key.modulus", got = "the fingerprint of CVE-2017-15361", want = "a key of another generator", message = "the key can be factored" }
    end
    return pass()
  end,
}
