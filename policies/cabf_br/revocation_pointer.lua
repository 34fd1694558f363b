-- policies/cabf_br/revocation_pointer.lua
-- OCSP or a CRL, unless it is short-lived.
local SHORT = { -- newest first; what counts as short-lived
  { from = "2026-03-15", seconds = 604800 },
  { from = "2024-03-15", seconds = 864000 },
  { from = "2012-07-01", seconds = 0 },
}

return policy {
  title = "Revocation can be looked up",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.11.2", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with a CRL distribution point, or for seven days.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    for _, url in ipairs(cert.crl_urls) do
      if string.lower(string.sub(url, 1, 7)) ~= "http://" then
        return fail { item = "cRLDistributionPoints", got = url, want = "http://", message = "a distribution point that is not http" }
      end
    end
    if #cert.crl_urls > 0 or #cert.ocsp_urls > 0 then
      return pass()
    end
    local from = in_force(SHORT, cert.not_before)
    if cert.validity_seconds <= from.seconds then
      return pass("short-lived")
    end
    return fail { item = "cRLDistributionPoints", got = "none, and no OCSP", want = "one of them", message = "its revocation cannot be looked up" }
  end,
}
