-- policies/cabf_br/common_name.lua
-- At most one, and then an entry of the subjectAltName, character for character.
local function holds(list, value)
  for _, v in ipairs(list) do
    if v == value then return true end
  end
  return false
end

return policy {
  title = "The common name repeats an entry of the subjectAltName",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.4.3", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with the name in the subjectAltName, or without a common name.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    local names = cert.common_names
    if #names == 0 then
      return pass("it has no common name")
    end
    if #names > 1 then
      return fail { item = "commonName", got = #names .. " of them", want = "at most one", message = "has several common names" }
    end
    if not cert.san_present or not (holds(cert.dns_names, names[1]) or holds(cert.ip_addresses, names[1])) then
      return fail { item = "commonName", got = names[1], want = "an entry of the subjectAltName", message = "its common name is not in its subjectAltName" }
    end
    return pass()
  end,
}
