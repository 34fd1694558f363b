-- policies/cabf_br/authority_info_access.lua
-- Present, not critical, http alone.
local AIA = "1.3.6.1.5.5.7.1.1"

return policy {
  title = "Authority information is reachable",
  applies_to = "certificate",
  severity = "low",
  cite = { at = "7.1.2.7.7" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with http locations of the issuer and of OCSP.",
  level = "must",
  issued_from = "2023-09-15",
  applies = shared.public_leaf,
  check = function(cert)
    if not holds(cert.extension_oids, AIA) then
      return fail { item = "authorityInfoAccess", got = "none", want = "caIssuers or OCSP by http", message = "has no authority information access" }
    end
    if holds(cert.critical_extension_oids, AIA) then
      return fail { item = "authorityInfoAccess", got = "critical", want = "not critical", message = "authority information access is critical" }
    end
    if #cert.ocsp_urls == 0 and #cert.ca_issuer_urls == 0 then
      return fail { item = "authorityInfoAccess", got = "no location", want = "caIssuers or OCSP by http", message = "authority information access names no location" }
    end
    for _, list in ipairs({ cert.ocsp_urls, cert.ca_issuer_urls }) do
      for _, url in ipairs(list) do
        if string.lower(string.sub(url, 1, 7)) ~= "http://" then
          return fail { item = "authorityInfoAccess", got = url, want = "http://", message = "a location that is not http" }
        end
      end
    end
    return pass()
  end,
}
