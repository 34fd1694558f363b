-- policies/cabf_br/common_name.lua
-- At most one, and then an entry of the subjectAltName, character for character.
return policy {
  title = "The common name repeats an entry of the subjectAltName",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "7.1.4.3" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with the name in the subjectAltName, or without a common name.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
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
