-- policies/core/chain_validity.lua
-- What stands behind the leaf has an end, too; the leaf's own is core/expiry's business.
local DAY = 86400 -- seconds

return policy {
  title = "Served intermediate certificates are valid",
  applies_to = "endpoint",
  severity = "medium", -- also where no scanner tells the chain
  severities = { "high" },
  cite = { doc = "RFC 5280", version = "2008", at = "6.1.3", url = "https://www.rfc-editor.org/rfc/rfc5280#section-6.1.3" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  params = { warn_days = 30 },
  remediation = "Serve the CA's current intermediate certificate; most publish it anew under the same name.",
  level = "must",
  check = function(endpoint, params)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local items, severity = {}, "medium"
    for i, cert in ipairs(endpoint.chain) do
      if i == 1 then
        -- the leaf
      elseif passed(cert.not_after) then
        severity = "high"
        items[#items + 1] = { item = "chain:" .. i, got = cert.subject .. " expired " .. date(cert.not_after), want = "valid" }
      elseif not within(cert.not_before, 0) then
        severity = "high"
        items[#items + 1] = { item = "chain:" .. i, got = cert.subject .. " begins " .. date(cert.not_before), want = "valid" }
      elseif within(cert.not_after, params.warn_days * DAY) then
        items[#items + 1] = { item = "chain:" .. i, got = cert.subject .. " expires " .. date(cert.not_after), want = "valid for longer" }
      end
    end
    if #items > 0 then
      return fail { items = items, severity = severity, message = severity == "high" and "serves an issuer that is not valid" or "serves an issuer that expires soon" }
    end
    return pass()
  end,
}
