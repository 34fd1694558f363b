-- policies/core/chain_complete.lua
-- A client that knows the root alone can build the path from what the server sends.
return policy {
  title = "Servers send their chain up to the root",
  description = "Followed by signatures: from the leaf through the certificates served to a root. The root itself "
    .. "may be left out; it is then known from a source or from policies.public_stores.",
  applies_to = "endpoint",
  severity = "medium", -- also where no scanner tells the chain
  severities = { "high" },
  cite = { doc = "RFC 8446", version = "2018", at = "4.4.2", url = "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Serve the leaf followed by every intermediate certificate: the CA's full chain file.",
  level = "must",
  check = function(endpoint)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local chain = endpoint.chain
    local leaf = chain[1]
    if is_known(leaf, "self_signed") and leaf.self_signed then
      return not_applicable("the leaf is signed by itself")
    end
    -- public roots sign no servers' certificates (CA/Browser Forum BR 6.1.7)
    if #chain == 1 and is_known(leaf, "trust") and leaf.trust == "public" then
      return fail { item = "chain", got = "the leaf alone", want = leaf.issuer, severity = "high", message = "the intermediate certificate is not served" }
    end
    local top = endpoint.chain_end -- by proof, else undecided
    if top == "root" then
      return pass("up to its root")
    end
    if top == "below_root" then
      return pass("up to a root at hand")
    end
    if #chain == 1 then
      return fail { item = "chain", got = "the leaf alone", want = leaf.issuer, severity = "high", message = "the intermediate certificate is not served" }
    end
    return undecided {
      message = "the chain ends below a CA that is not known to be a root",
      advice = "give that root in a source or in policies.public_stores, or serve the certificate that is missing",
    }
  end,
}
