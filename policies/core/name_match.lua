-- policies/core/name_match.lua
-- The certificate stands for the name that clients ask for.
local function first(list, most)
  local out = {}
  for i, text in ipairs(list) do
    if i > most then
      out[#out + 1] = "and " .. (#list - most) .. " more"
      break
    end
    out[#out + 1] = text
  end
  return #out == 0 and "no name" or table.concat(out, ", ")
end

return policy {
  title = "Served certificates stand for the name that was asked for",
  description = "The subjectAltName alone counts. A scan of a bare address asks for no name: such an endpoint is "
    .. "judged only if its certificate holds the address.",
  applies_to = "endpoint",
  severity = "medium", -- also where no scanner tells the leaf
  severities = { "high" },
  cite = { doc = "RFC 9525", version = "2023", at = "6.3", url = "https://www.rfc-editor.org/rfc/rfc9525#section-6.3" },
  controls = { "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-23", "nist_csf_2.0:PR.AA-03", "pci_dss_4.0.1:4.2.1" },
  remediation = "Serve a certificate whose subjectAltName holds the name, or scan the server by its name (with SNI).",
  level = "must",
  check = function(endpoint)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    if endpoint.name_match then
      return pass()
    end
    local asked = is_known(endpoint, "sni") and endpoint.sni or endpoint.host
    if is_known(endpoint, "address") and endpoint.address == asked then
      return not_applicable("it was scanned by its address: nobody asked for a name")
    end
    local items = {}
    for _, leaf in ipairs(endpoint.mismatched_leaves) do
      local names = #leaf.dns_names > 0 and leaf.dns_names or leaf.ip_addresses
      items[#items + 1] = { item = "name", got = first(names, 5), want = asked }
    end
    return fail { items = items, severity = "high", message = "a served certificate does not stand for the name" }
  end,
}
