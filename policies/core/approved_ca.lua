-- policies/core/approved_ca.lua
-- Who may issue: proved by signatures up to a CA of the list, never by a name.
local WORDS = { -- what an answer of approval() means for a leaf
  not_approved = "issued by a CA that is not approved",
  self_signed = "signed by itself",
  no_ca = "its issuer is not allowed to sign certificates",
}

return policy {
  title = "Certificates come from approved CAs",
  description = "The issuer is proved by signature, through intermediates where needed, up to a CA "
    .. "that the list approves. A record that only declares its issuer passes as declared.",
  applies_to = { "certificate", "record" },
  severity = "high",
  severities = { "critical" },
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = {
    "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-12.3", "nist_800_53_r5:sc-17",
    "nist_800_53_r5:sc-23.5", "nist_csf_2.0:PR.AA-03", "pci_dss_4.0.1:4.2.1",
  },
  params = { allow = required "ca_list" },
  remediation = "Have it issued by an approved CA, or add the CA to 'allow' with its certificate.",
  level = "should",
  applies = function(subject)
    return subject.role == "leaf"
  end,
  check = function(subject, params)
    local answer = approval(subject, params.allow)
    local status = answer.status
    if status == "proved" or status == "is_approved" then
      return pass("issued by " .. answer.anchor)
    end
    if status == "declared" then
      return pass("declared to be issued by " .. answer.anchor)
    end
    if status == "forged" then
      return fail {
        item = "issuer",
        got = answer.anchor,
        want = "a signature by that CA",
        severity = "critical",
        message = "claims an approved issuer, but that CA's key did not sign it",
      }
    end
    if status == "unknown" then
      return undecided(answer.reason .. "; give the issuer's certificate, in a source or in 'allow'")
    end
    return fail {
      item = "issuer",
      got = answer.anchor,
      want = "an approved CA",
      message = WORDS[status] or answer.reason,
    }
  end,
}
