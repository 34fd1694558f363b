-- policies/cabf_br/key_encoding.lua
-- RSA with NULL and never as RSA-PSS; a curve by name.
return policy {
  title = "Keys are encoded as prescribed",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.3.1", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with the key encoded as RFC 3279 and 5480 say.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    local key = cert.key
    if key.algorithm == "RSA-PSS" then
      return fail { item = "key.algorithm", got = "id-RSASSA-PSS", want = "rsaEncryption", message = "the key is bound to RSASSA-PSS" }
    end
    if not key.algorithm_encoding_ok then
      return fail { item = "key.algorithm", got = key.algorithm .. " with other parameters", want = "RSA with NULL, or a named curve", message = "the parameters of the key's algorithm are not as prescribed" }
    end
    return pass()
  end,
}
