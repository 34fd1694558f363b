-- policies/cabf_br/serial_entropy.lua
-- 64 bits out of a random generator; a short number cannot hold them.
return policy {
  title = "Serial numbers are long enough to be random",
  description = "Randomness cannot be seen in one certificate: this judges the length alone.",
  applies_to = "certificate",
  severity = "low",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with a random serial number of 16 bytes.",
  level = "must",
  issued_from = "2016-09-30",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    if cert.serial_positive and cert.serial_bytes < 8 then
      return fail {
        item = "serial", got = cert.serial_bytes .. " bytes", want = "at least 8 bytes",
        message = "too short to hold 64 random bits, but for one in 256",
      }
    end
    return pass()
  end,
}
