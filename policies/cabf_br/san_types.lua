-- policies/cabf_br/san_types.lua
-- DNS names and addresses, nothing else.
return policy {
  title = "The subjectAltName holds DNS names and addresses only",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7.12", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew without the entries of other kinds.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
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
