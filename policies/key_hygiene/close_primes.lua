-- policies/key_hygiene/close_primes.lua
-- Fermat takes them apart in no time.
return policy {
  title = "RSA primes are not close to each other",
  applies_to = { "certificate", "private_key", "request" },
  severity = "critical",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "6.1.1.3", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = shared.WEAKNESS,
  remediation = "Make a new key with another program, and revoke the certificate.",
  level = "must",
  applies = function(cert)
    return cert.key.family == "rsa"
  end,
  check = function(cert)
    if cert.key.close_primes then
      return fail { item = "key.modulus", got = "found within 100 rounds of Fermat's method", want = "primes far from each other", message = "the key can be factored" }
    end
    return pass()
  end,
}
