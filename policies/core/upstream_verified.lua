-- policies/core/upstream_verified.lua
-- Whoever connects to a backend by TLS and verifies nothing speaks to anybody who answers.
return policy {
  title = "Backends are verified",
  applies_to = "tls_config",
  severity = "medium",
  cite = { doc = "RFC 9325", version = "2022", at = "3.2", url = "https://www.rfc-editor.org/rfc/rfc9325" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Switch verification on (proxy_ssl_verify on, SSLProxyVerify require, verify required) and name the CA.",
  level = "must",
  applies = function(config)
    return config.role == "upstream"
  end,
  check = function(config)
    for _, s in ipairs(config.settings) do
      if s.fact == "upstream_verified" and s.origin == "unknown" then
        return undecided { message = s.directive .. (s.path and " (" .. s.path .. ":" .. s.line .. ")" or "") .. ": " .. s.reason, advice = "state it in the file, or audit the files that it takes it from" }
      end
    end
    if config.upstream_verified then
      return pass()
    end
    return fail { item = "upstream_verified", got = "no", want = "yes", message = "the backend's certificate is not verified" }
  end,
}
