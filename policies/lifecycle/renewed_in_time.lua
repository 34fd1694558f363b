-- policies/lifecycle/renewed_in_time.lua
-- Two thirds of the lifetime are over: a new one should be there.
return policy {
  title = "Certificates are renewed in time",
  applies_to = { "certificate", "record" },
  severity = "low",
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1.4", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = {
    "dora_rts_2024_1774:7(5)", "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-12",
    "nist_csf_2.0:ID.AM-08", "pci_dss_4.0.1:4.2.1",
  },
  params = { percent_left = 20 },
  remediation = "Renew it, and put the new certificate in place.",
  level = "should",
  applies = function(subject)
    return subject.role == "leaf"
  end,
  check = function(subject, params)
    if not subject.in_use then
      return not_applicable("not in use")
    end
    local left = subject.validity_seconds * params.percent_left // 100
    if within(subject.not_after, left) then
      return fail { item = "not_after", got = date(subject.not_after), want = "renewed with " .. params.percent_left .. "% of the lifetime left", message = "in use, and not renewed yet" }
    end
    return pass()
  end,
}
