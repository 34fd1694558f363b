-- policies/core/configured_chain.lua
-- What a configured certificate file sends: the leaf, then each issuer.
return policy {
  title = "Configured certificate files hold the chain, in order",
  applies_to = "tls_config",
  severity = "medium",
  severities = { "high" },
  cite = { doc = "RFC 5246", version = "2008", at = "7.4.2", url = "https://www.rfc-editor.org/rfc/rfc5246" },
  controls = { "iso_27001_2022:A.8.24" },
  remediation = "Put the leaf first, then the CA that signed it, then the one that signed that: the CA's full chain file.",
  level = "must",
  applies = function(config)
    return is_known(config, "chain") -- the file is in the source
  end,
  check = function(config)
    local chain = config.chain
    local leaf = chain[1]
    if #chain > 1 and not config.chain_ordered then
      return fail { item = "chain", got = "out of order", want = "each certificate behind what it issued", message = "the certificates of the file do not certify each other in order" }
    end
    if #chain > 1 or leaf.self_issued then
      return pass()
    end
    if is_known(leaf, "trust") and leaf.trust == "public" then
      return fail { item = "chain", got = "the leaf alone", want = leaf.issuer, severity = "high", message = "the intermediate certificate is not in the file" }
    end
    return not_applicable("a leaf alone, of a CA of whom it is not known whether clients have it")
  end,
}
