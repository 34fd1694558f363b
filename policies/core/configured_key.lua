-- policies/core/configured_key.lua
-- A server with a key that is another certificate's does not start.
return policy {
  title = "Configured certificates and keys belong together",
  applies_to = "tls_config",
  severity = "high",
  cite = { doc = "RFC 8446", version = "2018", at = "4.4.3", url = "https://www.rfc-editor.org/rfc/rfc8446" },
  controls = { "iso_27001_2022:A.8.24" },
  remediation = "Name the key that the certificate was requested with.",
  level = "must",
  applies = function(config)
    return is_known(config, "key_matches") -- both files are in the source
  end,
  check = function(config)
    if config.key_matches then
      return pass()
    end
    return fail { item = "key_matches", got = "another certificate's key", want = "the certificate's own", message = "certificate and private key do not belong together" }
  end,
}
