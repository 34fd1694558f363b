-- policies/cabf_br/weak_keys.lua
-- ROCA and close primes; lists of Debian keys are not part of the program.
return policy {
  title = "Keys are not of a known weak kind",
  applies_to = "certificate",
  severity = "critical",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "6.1.1.3", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Make a new key with another generator and revoke the certificate.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
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
