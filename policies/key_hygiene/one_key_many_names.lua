-- policies/key_hygiene/one_key_many_names.lua
-- The same public key in certificates of different names.
return policy {
  title = "No key stands under several names",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = { "bsi_c5_2020:CRY-04", "dora_rts_2024_1774:7(1)", "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-12" },
  remediation = "Make a key for each name.",
  level = "should",
  check = function(cert)
    local items = {}
    for _, other in ipairs(cert.same_key) do
      if other.subject_sha256 ~= cert.subject_sha256 and other.is_ca == cert.is_ca and not other.is_precertificate then
        items[#items + 1] = { item = "key", got = "also of " .. other.subject, want = "a key of its own" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "one key under several names" }
    end
    return pass()
  end,
}
