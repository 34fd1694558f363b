-- policies/core/chain_root.lua
-- A root that is served convinces nobody: a client trusts its own copy or none.
return policy {
  title = "Roots are not served",
  applies_to = "endpoint",
  severity = "low",
  cite = { doc = "RFC 8446", version = "2018", at = "4.4.2", url = "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2" },
  controls = { "iso_27001_2022:A.8.24" },
  remediation = "Take the self-signed certificate out of the chain file: each handshake sends it in vain.",
  level = "should",
  check = function(endpoint)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local items = {}
    for i, cert in ipairs(endpoint.chain) do
      if i > 1 and cert.self_signed then
        items[#items + 1] = { item = "chain:" .. i, got = cert.subject, want = "no root" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "the chain holds its root" }
    end
    return pass()
  end,
}
