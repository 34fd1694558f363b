-- policies/cabf_br/serial_number.lua
-- Greater than zero, below 2^159.
return policy {
  title = "Serial numbers are positive and not too long",
  applies_to = "certificate",
  severity = "medium",
  cite = { doc = "CABF-TLS-BR", version = "2.2.6", at = "7.1.2.7", url = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1" },
  remediation = "Issue it anew with a positive random serial number of 16 bytes.",
  level = "must",
  issued_from = "2012-07-01",
  applies = function(cert)
    return cert.role == "leaf" and cert.purpose == "tls_server" and is_known(cert, "trust")
      and cert.trust == "public"
  end,
  check = function(cert)
    if not cert.serial_positive then
      return fail { item = "serial", got = cert.serial, want = "greater than zero", message = "the serial number is zero or negative" }
    end
    if cert.serial_bytes > 20 then
      return fail { item = "serial", got = cert.serial_bytes .. " bytes", want = "at most 20 bytes", message = "the serial number is too long" }
    end
    return pass()
  end,
}
