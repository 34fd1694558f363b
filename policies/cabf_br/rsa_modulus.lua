-- policies/cabf_br/rsa_modulus.lua
-- Odd, and no factor below 752.
return policy {
  title = "RSA moduli have no small factor",
  applies_to = "certificate",
  severity = "critical",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "6.1.6", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Make a new key with a sound generator and replace the certificate.",
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
    if key.small_factor then
      return fail { item = "key.modulus", got = "divisible by " .. key.small_factor, want = "no factor below 752", message = "the modulus has a small factor" }
    end
    return pass()
  end,
}
