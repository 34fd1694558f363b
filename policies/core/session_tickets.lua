-- policies/core/session_tickets.lua
-- A ticket's key opens every session that it was used for: it must change, or there are none.
return policy {
  title = "Session tickets are off, or their keys are rotated",
  description = "Servers that make their own key keep it until they start anew. Several key files are a rotation.",
  applies_to = "tls_config",
  severity = "low",
  cite = { doc = "RFC 9325", version = "2022", at = "3.4", url = "https://www.rfc-editor.org/rfc/rfc9325" },
  controls = { "iso_27001_2022:A.8.24" },
  remediation = "Switch session tickets off, or give two key files or more and change the first one regularly.",
  level = "should",
  applies = function(config)
    return config.role ~= "upstream" and is_known(config, "session_tickets")
  end,
  check = function(config)
    if not config.session_tickets then
      return pass("no tickets")
    end
    local files = is_known(config, "ticket_key_files") and config.ticket_key_files or 0
    if files > 1 then
      return pass(files .. " keys")
    end
    return fail {
      item = "session_tickets", got = files == 1 and "on, with one key file" or "on, with the server's own key", want = "off, or rotated keys",
      message = "session tickets without rotation of their keys",
    }
  end,
}
