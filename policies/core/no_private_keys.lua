-- policies/core/no_private_keys.lua
-- A private key belongs on the machine that uses it, not in version control.
return policy {
  title = "No private keys where many can read them",
  applies_to = "private_key",
  severity = "critical",
  severities = { "high", "medium" },
  cite = { doc = "CWE", version = "4.15", at = "CWE-540", url = "https://cwe.mitre.org/data/definitions/540.html" },
  controls = {
    "bsi_c5_2020:CRY-04", "dora:9(4)(d)", "dora_rts_2024_1774:7(1)", "iso_27001_2022:A.8.24",
    "nist_800_53_r5:ia-5.2", "nist_800_53_r5:sc-12", "soc_2_2017:CC6.1",
  },
  params = { snapshot = choice { "fail", "accept" } },
  remediation = "Replace the key and every certificate of it: what was committed stays in the history. Keep keys in a secret store.",
  level = "must",
  check = function(key, params)
    if key.place == "folder" then
      return not_applicable("in a folder it is where it belongs")
    end
    if key.place == "snapshot" then
      if params.snapshot == "accept" then
        return pass("accepted in snapshots")
      end
      return fail { item = "private_key", got = key.format, want = "no key in a snapshot", severity = "high", message = "a snapshot holds a private key" }
    end
    if key.encrypted then
      return fail { item = "private_key", got = key.format .. ", encrypted", want = "no key in git", severity = "medium", message = "an encrypted private key lies in a git repository" }
    end
    if not key.decoded then
      return not_applicable("it does not decode to a key")
    end
    return fail { item = "private_key", got = key.format, want = "no key in git", message = "a private key lies in a git repository" }
  end,
}
