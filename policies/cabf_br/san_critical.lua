-- policies/cabf_br/san_critical.lua
-- Critical only where the subject is empty.
return policy {
  title = "The subjectAltName is critical just where the subject is empty",
  applies_to = "certificate",
  severity = "low",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7.12", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew, critical if and only if the subject is empty.",
  level = "must",
  issued_from = "2023-09-15",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    local critical = cert.san_critical
    if critical == nil then
      return not_applicable("it has no subjectAltName")
    end
    if critical ~= (cert.subject == "") then
      return fail {
        item = "subjectAltName", got = critical and "critical" or "not critical",
        want = critical and "not critical" or "critical",
        message = critical and "critical beside a subject" or "not critical though the subject is empty",
      }
    end
    return pass()
  end,
}
