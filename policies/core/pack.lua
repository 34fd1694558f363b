-- policies/core/pack.lua
-- What the essentials have in common.

-- evidence that cryptography in transit is strong
local STRENGTH = {
  "bsi_c5_2020:CRY-02", "cis_v8:3.10", "dora_rts_2024_1774:6", "hipaa:164.312(e)(2)(ii)",
  "iso_27001_2022:A.8.24", "nis2_ir_2024_2690:9.2", "nist_800_53_r5:sc-13",
  "nist_800_53_r5:sc-8.1", "nist_csf_2.0:PR.DS-02", "pci_dss_4.0.1:4.2.1", "soc_2_2017:CC6.7",
}

-- evidence of settings, which are also what suites and protocols in use are inventoried from
local SETTINGS = {
  "bsi_c5_2020:CRY-02", "cis_v8:3.10", "dora_rts_2024_1774:6", "hipaa:164.312(e)(2)(ii)",
  "iso_27001_2022:A.8.24", "nis2_ir_2024_2690:9.2", "nist_800_53_r5:cm-6", "nist_800_53_r5:sc-13",
  "nist_800_53_r5:sc-8.1", "nist_csf_2.0:PR.DS-02", "pci_dss_4.0.1:12.3.3", "pci_dss_4.0.1:4.2.1",
  "soc_2_2017:CC6.7",
}

return pack {
  title = "The essentials of certificates, keys and TLS settings",
  shared = { STRENGTH = STRENGTH, SETTINGS = SETTINGS },
}
