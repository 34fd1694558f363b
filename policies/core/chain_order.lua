-- policies/core/chain_order.lua
-- The leaf first; each certificate behind it certifies the one before.
return policy {
  title = "Chains are served in order, without strangers",
  applies_to = "endpoint",
  severity = "low", -- also where no scanner tells the chain
  severities = { "medium" },
  cite = { doc = "RFC 8446", version = "2018", at = "4.4.2", url = "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2" },
  controls = { "iso_27001_2022:A.8.24" },
  remediation = "Serve the leaf, then the CA that signed it, then the one that signed that, and nothing else.",
  level = "should", -- TLS 1.3; RFC 5246, 7.4.2 has "must"
  check = function(endpoint)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local chain = endpoint.chain
    if #chain == 1 then
      return not_applicable("the leaf is served alone")
    end
    local items = {}
    for i, signed in ipairs(endpoint.chain_signed) do
      if not signed then
        items[#items + 1] = { item = "chain:" .. i + 1, got = chain[i + 1].subject, want = "the issuer of " .. chain[i].subject }
      end
    end
    if #items > 0 then
      return fail { items = items, severity = "medium", message = "served certificates do not certify the ones before them" }
    end
    return pass()
  end,
}
