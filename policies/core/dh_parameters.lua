-- policies/core/dh_parameters.lua
-- Size of the Diffie-Hellman parameters that a configuration gives.
return policy {
  title = "Configured Diffie-Hellman parameters are large enough",
  applies_to = "tls_config",
  severity = "medium",
  severities = { "high" },
  cite = { doc = "RFC 9325", version = "2022", at = "4.4", url = "https://www.rfc-editor.org/rfc/rfc9325" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  params = { min_bits = 2048 },
  remediation = "Use ffdhe2048 or larger (RFC 7919), or offer no DHE suite.",
  level = "must",
  applies = function(config)
    return is_known(config, "dh_bits") and config.dh_bits ~= nil
  end,
  check = function(config, params)
    if config.dh_bits < params.min_bits then
      return fail {
        item = "dh_bits", got = config.dh_bits, want = "at least " .. params.min_bits,
        severity = config.dh_bits <= 1024 and "high" or "medium", message = "weak Diffie-Hellman parameters",
      }
    end
    return pass(config.dh_bits .. " bits")
  end,
}
