-- policies/lifecycle/renewal_automated.lua
-- What people renew by hand expires one day.
-- "manual (imported into ACM)": the word before what is said about it.
local function word_of(method)
  local at = string.find(method, " ", 1, true)
  return string.lower(at and string.sub(method, 1, at - 1) or method)
end

return policy {
  title = "Renewal is automated",
  applies_to = "record",
  severity = "low",
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1.4", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = {
    "dora_rts_2024_1774:7(5)", "iso_27001_2022:A.8.24", "nist_800_53_r5:sc-12",
    "nist_csf_2.0:ID.AM-08",
  },
  params = { by_hand = { "manual", "hand", "none", "ticket", "email" } },
  remediation = "Renew it by ACME or another protocol, and say so in the inventory.",
  level = "should",
  applies = function(subject)
    return subject.role == "leaf"
  end,
  check = function(subject, params)
    local method = subject.renewal_method
    if method == nil then
      return fail { item = "renewal_method", got = "none", want = "acme or another protocol", message = "nobody says how it is renewed" }
    end
    local word = word_of(method)
    if word == "semi-automated" then
      return fail { item = "renewal_method", got = method, want = "acme or another protocol", message = "renewed in part by hand" }
    end
    if holds(params.by_hand, word) or holds(params.by_hand, string.lower(method)) then
      return fail { item = "renewal_method", got = method, want = "acme or another protocol", message = "renewed by hand" }
    end
    return pass(method)
  end,
}
