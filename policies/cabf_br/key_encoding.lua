-- policies/cabf_br/key_encoding.lua
-- RSA with NULL and never as RSA-PSS; a curve by name.
return policy {
  title = "Keys are encoded as prescribed",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "7.1.3.1" },
  controls = shared.STRENGTH,
  remediation = "Issue it anew with the key encoded as RFC 3279 and 5480 say.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
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
