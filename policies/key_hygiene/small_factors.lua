-- policies/key_hygiene/small_factors.lua
-- A modulus of two large primes has no small factor.
return policy {
  title = "RSA moduli have no small factor",
  applies_to = { "certificate", "private_key", "request" },
  severity = "critical",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "6.1.6", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = shared.WEAKNESS,
  remediation = "Make a new key, and find out what damaged this one.",
  level = "must",
  applies = function(cert)
    return cert.key.family == "rsa"
  end,
  check = function(cert)
    if cert.key.small_factor then
      return fail { item = "key.modulus", got = "divisible by " .. cert.key.small_factor, want = "no factor below 752", message = "the modulus is broken or was changed" }
    end
    return pass()
  end,
}
