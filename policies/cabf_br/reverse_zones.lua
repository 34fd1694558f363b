-- policies/cabf_br/reverse_zones.lua
-- Names below in-addr.arpa and ip6.arpa.
return policy {
  title = "No names in the reverse zones of addresses",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "4.2.2", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew without the name, or with the address itself.",
  level = "must",
  issued_from = "2026-03-15",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    local items = {}
    for _, name in ipairs(cert.dns_names) do
      local lower = string.lower(name)
      if string.sub(lower, -13) == ".in-addr.arpa" or string.sub(lower, -9) == ".ip6.arpa" then
        items[#items + 1] = { item = name, got = "a reverse zone", want = "a host name" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "a name of a reverse zone" }
    end
    return pass()
  end,
}
