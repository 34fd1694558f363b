-- policies/pqc_readiness/pack.lua
-- The move to algorithms that quantum computers do not break, by the dates that were set for it.
return pack {
  title = "Readiness for post-quantum cryptography",
  shared = {
    -- plans for expected changes in strength, not today's strength
    AGILITY = {
      "dora_rts_2024_1774:6", "iso_27001_2022:A.8.24", "nis2_ir_2024_2690:9.2", "nist_800_53_r5:sc-13",
      "pci_dss_4.0.1:12.3.3",
    },
  },
}
