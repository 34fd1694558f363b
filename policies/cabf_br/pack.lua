-- policies/cabf_br/pack.lua
-- The Baseline Requirements bind CAs that are publicly trusted: where trust is unknown, nothing of
-- them applies.
local function is_public(cert)
  return is_known(cert, "trust") and cert.trust == "public"
end

return pack {
  title = "Baseline Requirements of the CA/Browser Forum, and the root programs beside them",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  shared = {
    public_leaf = function(cert)
      return cert.role == "leaf" and cert.purpose == "tls_server" and is_public(cert)
    end,
    public_ca = function(cert)
      return cert.role ~= "leaf" and is_public(cert)
    end,
    public_intermediate = function(cert)
      return cert.role == "intermediate" and is_public(cert)
    end,
    -- what is evidence for the issuing CA's certificate policy, and for strong cryptography
    PROFILE = { "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-17" },
    STRENGTH = { "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-13", "nist_800_53_r5:sc-17", "pci_dss_4.0.1:4.2.1" },
  },
}
