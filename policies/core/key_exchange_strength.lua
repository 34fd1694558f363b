-- policies/core/key_exchange_strength.lua
-- Sizes of finite-field and RSA key exchange; curves are core/weak_groups' business.
local function by_rsa(suites)
  for _, suite in ipairs(suites) do
    if suite.kx == "RSA" or suite.kx == "RSA_PSK" then return suite.name end
  end
  return nil
end

return policy {
  title = "Keys are exchanged with enough bits",
  applies_to = "endpoint",
  severity = "medium", -- also where no scanner tells the sizes
  severities = { "high" },
  cite = { doc = "RFC 9325", version = "2022", at = "4.5", url = "https://www.rfc-editor.org/rfc/rfc9325#section-4.5" },
  controls = shared.STRENGTH,
  params = { dh_min = 2048, rsa_min = 2048 },
  remediation = "Offer ECDHE in place of DHE and RSA, or give the server Diffie-Hellman parameters of ffdhe2048 or larger.",
  level = "must",
  check = function(endpoint, params)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local items = {}
    if is_known(endpoint, "dh_bits") and endpoint.dh_bits and endpoint.dh_bits < params.dh_min then
      items[#items + 1] = { item = "dh_bits", got = endpoint.dh_bits, want = "at least " .. params.dh_min }
    end
    local suite = is_known(endpoint, "suites_seen") and by_rsa(endpoint.suites_seen)
    if suite and is_known(endpoint, "leaf") and endpoint.leaf then
      local key = endpoint.leaf.key
      if key.family == "rsa" and key.bits < params.rsa_min then
        items[#items + 1] = { item = suite, got = "RSA of " .. key.bits .. " bits", want = "at least " .. params.rsa_min }
      end
    end
    if #items > 0 then
      return fail { items = items, severity = "high", message = "keys are exchanged with too few bits" }
    end
    local dh = endpoint.dh_bits -- nil: none is offered; else undecided
    -- a leaf that is not known, or too small, counts where the server takes RSA key exchange
    local leaf = is_known(endpoint, "leaf") and endpoint.leaf
    if not leaf or (leaf.key.family == "rsa" and leaf.key.bits < params.rsa_min) then
      if by_rsa(endpoint.suites) then
        return undecided("the key of the served certificate, which exchanges keys, is not known")
      end
    end
    return pass(dh and dh .. " bits" or "no finite field is offered")
  end,
}
