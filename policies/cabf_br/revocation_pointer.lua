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
  cite = { at = "7.1.2.11.2" },
  controls = shared.STRENGTH,
  remediation = "Issue it anew with a CRL distribution point, or for seven days.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
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
