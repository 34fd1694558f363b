-- policies/core/signature_hash.lua
-- MD5 and SHA-1 can be forged.
return policy {
  title = "Signatures rest on a hash that holds",
  applies_to = { "certificate", "request" },
  severity = "high",
  cite = { doc = "NIST SP 800-131A", version = "rev. 2", at = "9", url = "https://doi.org/10.6028/NIST.SP.800-131Ar2" },
  controls = shared.STRENGTH,
  params = { broken = { "md2", "md4", "md5", "sha1" } },
  remediation = "Have it issued anew with SHA-256.",
  level = "must",
  applies = function(subject)
    return subject.role == "leaf"
  end,
  check = function(subject, params)
    local hash = subject.signature_hash
    if hash == nil then
      return pass(subject.signature_algorithm .. " has none of its own")
    end
    if holds(params.broken, hash) then
      return fail { item = "signature_hash", got = hash, want = "SHA-256 or better", message = "signed over a hash that can be forged" }
    end
    return pass()
  end,
}
