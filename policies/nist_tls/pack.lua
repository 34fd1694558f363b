-- policies/nist_tls/pack.lua
-- Settings as NIST has them for servers of the United States' government.

-- What a server was seen to offer; nil where it does not speak TLS, or leaves it open.
local function offered(subject)
  if kind(subject) == "endpoint" then
    if is_known(subject, "speaks_tls") and not subject.speaks_tls then return nil end
    return subject.protocols_seen
  end
  for _, fact in ipairs(subject.role == "upstream" and subject.defaults or {}) do
    if fact == "protocols" then return nil end -- the backend chooses
  end
  return subject.protocols_seen -- nil of a fragment that states none
end

return pack {
  title = "TLS, key and algorithm guidelines of NIST",
  shared = {
    offered = offered,
    STRENGTH = {
      "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-13", "nist_800_53_r5:sc-8.1", "nist_csf_2.0:PR.DS-02",
      "pci_dss_4.0.1:4.2.1",
    },
  },
}
