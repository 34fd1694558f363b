-- policies/nist_tls/signature_hash.lua
-- SHA-1 and MD5 are disallowed for signatures.
return policy {
  title = "Signatures rest on SHA-2 or SHA-3",
  applies_to = { "certificate", "request" },
  severity = "high",
  cite = { doc = "NIST SP 800-131A", version = "rev. 2", at = "9", url = "https://doi.org/10.6028/NIST.SP.800-131Ar2" },
  controls = shared.STRENGTH,
  remediation = "Have it issued anew with SHA-256.",
  level = "must",
  applies = function(subject)
    return subject.role == "leaf"
  end,
  check = function(subject)
    local hash = subject.signature_hash
    if hash == nil then
      return pass(subject.signature_algorithm .. " has none of its own")
    end
    if hash == "sha1" or string.sub(hash, 1, 2) == "md" then
      return fail { item = "signature_hash", got = hash, want = "sha256 or better", message = "signed over a hash that is disallowed" }
    end
    return pass()
  end,
}
