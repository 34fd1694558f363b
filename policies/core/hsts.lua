-- policies/core/hsts.lua
-- Browsers are told to come by TLS alone.
return policy {
  title = "Strict-Transport-Security is sent, for long enough",
  description = "Of configurations of web servers. An application behind the server may send the header too: what is missing here is low.",
  applies_to = "tls_config",
  severity = "low",
  cite = { doc = "RFC 6797", version = "2012", at = "6.1", url = "https://www.rfc-editor.org/rfc/rfc6797" },
  controls = { "iso_27001_2022:A.8.24" },
  params = { min_seconds = 31536000 },
  remediation = "Send Strict-Transport-Security with max-age=63072000 in every server and location.",
  level = "should",
  applies = function(config)
    return config.role ~= "upstream" and is_known(config, "hsts_seconds") and not config.fragment
  end,
  check = function(config, params)
    local age = config.hsts_seconds
    if not age then
      return fail { item = "hsts_seconds", got = "no Strict-Transport-Security", want = "at least " .. params.min_seconds, message = "the header is not sent" }
    end
    local items = {}
    if age < params.min_seconds then
      items[#items + 1] = { item = "hsts_seconds", got = age, want = "at least " .. params.min_seconds }
    end
    for _, place in ipairs(config.hsts_lost) do
      items[#items + 1] = { item = "hsts_lost", got = "not sent by " .. place, want = "sent everywhere" }
    end
    if #items > 0 then
      return fail { items = items, message = "the header is too short, or lost in places" }
    end
    return pass()
  end,
}
