-- policies/cabf_br/ca_purpose.lua
-- A subordinate CA for servers is bound to serverAuth.
return policy {
  title = "Subordinate CAs are bound to servers",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "7.1.2.10.6" },
  controls = shared.PROFILE,
  remediation = "Issue the CA certificate anew with serverAuth in its extended key usage.",
  level = "must",
  issued_from = "2023-09-15",
  applies = shared.public_intermediate,
  check = function(cert)
    for _, other in ipairs(cert.same_key) do
      if other.self_signed and other.subject == cert.subject then
        return not_applicable("a root's certificate by another CA may be for every purpose")
      end
    end
    local purposes = cert.extended_key_usage
    if purposes == nil then
      return fail { item = "extKeyUsage", got = "none", want = "serverAuth", message = "a subordinate CA for every purpose" }
    end
    local server = false
    for _, purpose in ipairs(purposes) do
      if purpose == "any" then
        return fail { item = "extKeyUsage", got = "any", want = "serverAuth", message = "a subordinate CA for every purpose" }
      end
      server = server or purpose == "serverAuth"
    end
    if not server then
      return not_applicable("not a CA for servers")
    end
    return pass()
  end,
}
