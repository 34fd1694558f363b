-- policies/cabf_br/signature_algorithm.lua
-- RSA and ECDSA with SHA-2.
local ALLOWED = {
  ["sha256WithRSAEncryption"] = true, ["sha384WithRSAEncryption"] = true, ["sha512WithRSAEncryption"] = true,
  ["ecdsa-with-SHA256"] = true, ["ecdsa-with-SHA384"] = true, ["ecdsa-with-SHA512"] = true,
  ["rsassaPss"] = true,
}

return policy {
  title = "The signature is of an allowed algorithm",
  applies_to = "certificate",
  severity = "high",
  severities = { "medium" },
  cite = { at = "7.1.3.2" },
  controls = shared.STRENGTH,
  remediation = "Have it signed with SHA-256.",
  level = "must",
  issued_from = "2016-01-01",
  applies = shared.public_leaf,
  check = function(cert)
    local name = cert.signature_algorithm
    if not ALLOWED[name] then
      return fail { item = "signature_algorithm", got = name, want = "RSA or ECDSA with SHA-256, SHA-384 or SHA-512", message = "signed by an algorithm that is not allowed" }
    end
    if not cert.signature_encoding_ok then
      return fail { item = "signature_algorithm", got = name .. " with other parameters", want = "the parameters that are prescribed", severity = "medium", message = "the parameters of the signature's algorithm are not as prescribed" }
    end
    return pass()
  end,
}
