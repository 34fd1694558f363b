-- policies/key_hygiene/pack.lua
-- Keys that are weak by how they were made.
return pack {
  title = "Sound keys",
  shared = {
    WEAKNESS = {
      "bsi_c5_2020:CRY-04", "iso_27001_2022:A.8.24", "iso_27001_2022:A.8.8", "nist_800_53_r5:sc-12",
      "nist_csf_2.0:ID.RA-01", "pci_dss_4.0.1:4.2.1",
    },
  },
}
