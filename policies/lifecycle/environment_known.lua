-- policies/lifecycle/environment_known.lua
-- Who answers at night depends on it.
return policy {
  title = "The environment is known",
  applies_to = "record",
  severity = "low",
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = {
    "dora_rts_2024_1774:7(4)", "iso_27001_2022:A.5.9", "nist_800_53_r5:cm-8",
    "nist_csf_2.0:ID.AM-08", "pci_dss_4.0.1:4.2.1.1",
  },
  remediation = "Name the environment in the inventory.",
  level = "should",
  applies = function(subject)
    return subject.role == "leaf"
  end,
  check = function(subject)
    if is_known(subject, "environment") and subject.environment then
      return pass(subject.environment)
    end
    return fail { item = "environment", got = "none", want = "production, staging ...", message = "no inventory tells its environment" }
  end,
}
