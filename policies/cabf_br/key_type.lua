-- policies/cabf_br/key_type.lua
-- RSA of 2048 bits and more, or P-256, P-384, P-521.
local CURVES = { ["P-256"] = true, ["P-384"] = true, ["P-521"] = true }

return policy {
  title = "Keys are of the allowed kinds and sizes",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "6.1.5" },
  controls = shared.STRENGTH,
  remediation = "Issue it anew for an RSA key of 2048 or 3072 bits, or for P-256.",
  level = "must",
  issued_from = "2013-12-31",
  applies = shared.public_leaf,
  check = function(cert)
    local key = cert.key
    if key.algorithm == "RSA" then
      if key.bits < 2048 then
        return fail { item = "key.bits", got = key.bits, want = "at least 2048", message = "the key is too short" }
      end
      if key.bits % 8 ~= 0 then
        return fail { item = "key.bits", got = key.bits, want = "divisible by 8", message = "the size of the key is not divisible by 8" }
      end
      return pass()
    end
    if key.family == "ec" and CURVES[key.curve or ""] then
      return pass()
    end
    return fail {
      item = "key.algorithm", got = key.family == "ec" and (key.curve or "explicit parameters") or key.algorithm,
      want = "RSA, P-256, P-384 or P-521", message = "a key of another kind",
    }
  end,
}
