-- policies/cabf_br/weak_keys.lua
-- ROCA and close primes; lists of Debian keys are not part of the program.
return policy {
  title = "Keys are not of a known weak kind",
  applies_to = "certificate",
  severity = "critical",
  cite = { at = "6.1.1.3" },
  controls = shared.STRENGTH,
  remediation = "Make a new key with another generator and revoke the certificate.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
  check = function(cert)
    local key = cert.key
    if key.family ~= "rsa" then
      return not_applicable("not an RSA key")
    end
    if key.roca then
      return fail { item = "key.modulus", got = "the fingerprint of CVE-2017-15361", want = "a sound key", message = "made by a generator whose keys can be factored" }
    end
    if key.close_primes then
      return fail { item = "key.modulus", got = "primes next to each other", want = "a sound key", message = "Fermat's method factors the modulus" }
    end
    return pass()
  end,
}
