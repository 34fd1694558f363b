-- policies/cabf_br/serial_entropy.lua
-- 64 bits out of a random generator; a short number cannot hold them.
return policy {
  title = "Serial numbers are long enough to be random",
  description = "Randomness cannot be seen in one certificate: this judges the length alone.",
  applies_to = "certificate",
  severity = "low",
  cite = { at = "7.1.2.7" },
  controls = shared.PROFILE,
  remediation = "Issue it anew with a random serial number of 16 bytes.",
  level = "must",
  issued_from = "2016-09-30",
  applies = shared.public_leaf,
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
