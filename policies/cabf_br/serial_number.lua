-- policies/cabf_br/serial_number.lua
-- Greater than zero, below 2^159.
return policy {
  title = "Serial numbers are positive and not too long",
  applies_to = "certificate",
  severity = "medium",
  cite = { at = "7.1.2.7" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with a positive random serial number of 16 bytes.",
  level = "must",
  issued_from = "2012-07-01",
  applies = shared.public_leaf,
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
