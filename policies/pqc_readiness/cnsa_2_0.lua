-- policies/pqc_readiness/cnsa_2_0.lua
-- ML-DSA-87 alone in new national security systems; by then, web servers.
return policy {
  title = "Certificates are of CNSA 2.0",
  applies_to = "certificate",
  severity = "low",
  cite = { doc = "NSA CNSA 2.0", version = "FAQ 2.1, 2024-12", at = "Table of algorithms", url = "https://www.nsa.gov/" },
  controls = shared.AGILITY,
  remediation = "Plan for certificates with ML-DSA-87.",
  level = "should",
  in_force_from = "2027-01-01",
  applies = function(cert)
    return cert.role == "leaf"
  end,
  check = function(subject)
    local key = subject.key
    if key.algorithm == "ML-DSA-87" and subject.signature_algorithm == "ML-DSA-87" then
      return pass()
    end
    return fail { item = "key.algorithm", got = key.algorithm .. ", signed with " .. subject.signature_algorithm, want = "ML-DSA-87", message = "not an algorithm of CNSA 2.0" }
  end,
}
