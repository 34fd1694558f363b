-- policies/core/must_staple.lua
-- A certificate that says "must staple" is refused by those who honour it wherever no response comes along.
return policy {
  title = "Servers staple where the certificate says they must",
  applies_to = "endpoint",
  severity = "medium", -- also where no scanner tells
  severities = { "high" },
  cite = { doc = "RFC 7633", version = "2015", at = "4", url = "https://www.rfc-editor.org/rfc/rfc7633#section-4" },
  controls = { "iso_27001_2022:A.8.24" },
  remediation = "Turn OCSP stapling on, or have the certificate issued without the TLS feature extension.",
  level = "should",
  check = function(endpoint)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local leaf = endpoint.leaf
    if not leaf or not leaf.must_staple then
      return not_applicable("its certificate does not ask for it")
    end
    if endpoint.ocsp_stapled then
      return pass()
    end
    return fail { item = "ocsp_stapled", got = "no response", want = "a stapled response", severity = "high", message = "the certificate says that a response is stapled, and none is" }
  end,
}
