-- policies/cabf_br/san_types.lua
-- DNS names and addresses, nothing else.
return policy {
  title = "The subjectAltName holds DNS names and addresses only",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "7.1.2.7.12" },
  controls = shared.PROFILE,
  remediation = "Issue it anew without the entries of other kinds.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
  check = function(cert)
    local items = {}
    for _, list in ipairs({ cert.email_addresses, cert.uris, cert.other_san_types }) do
      for _, value in ipairs(list) do
        items[#items + 1] = { item = "subjectAltName", got = value, want = "a DNS name or an IP address" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "its subjectAltName holds other kinds of names" }
    end
    return pass()
  end,
}
