-- policies/core/configured_names.lua
-- The certificate stands for every name that its server block answers to.
return policy {
  title = "Configured certificates stand for the configured names",
  description = "The subjectAltName alone counts. Patterns and templated names are left out.",
  applies_to = "tls_config",
  severity = "medium",
  cite = { doc = "RFC 9525", version = "2023", at = "6", url = "https://www.rfc-editor.org/rfc/rfc9525" },
  controls = { "iso_27001_2022:A.8.24" },
  remediation = "Issue the certificate for all of the names, or take the names that it does not hold to a server of their own.",
  level = "must",
  applies = function(config)
    return is_known(config, "uncovered_names") and #config.names > 0
  end,
  check = function(config)
    local items = {}
    for _, name in ipairs(config.uncovered_names) do
      items[#items + 1] = { item = name, got = "not in the certificate", want = "a subjectAltName that holds it" }
    end
    if #items > 0 then
      return fail { items = items, message = "a configured name is not covered by the certificate" }
    end
    return pass()
  end,
}
