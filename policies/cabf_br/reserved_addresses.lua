-- policies/cabf_br/reserved_addresses.lua
-- Private, local and documentation addresses belong to nobody.
-- IANA's registries of special-purpose addresses; both numbers included
local RESERVED = {
  { 0x00000000, 0x00FFFFFF }, { 0x0A000000, 0x0AFFFFFF }, { 0x64400000, 0x647FFFFF },
  { 0x7F000000, 0x7FFFFFFF }, { 0xA9FE0000, 0xA9FEFFFF }, { 0xAC100000, 0xAC1FFFFF },
  { 0xC0000000, 0xC00000FF }, { 0xC0000200, 0xC00002FF }, { 0xC0A80000, 0xC0A8FFFF },
  { 0xC6120000, 0xC613FFFF }, { 0xC6336400, 0xC63364FF }, { 0xCB007100, 0xCB0071FF },
  { 0xE0000000, 0xFFFFFFFF },
}

local function reserved_four(address)
  local number = 0
  for part in string.gmatch(address, "%d+") do
    number = number * 256 + tonumber(part)
  end
  for _, range in ipairs(RESERVED) do
    if number >= range[1] and number <= range[2] then return true end
  end
  return false
end

local function reserved(address)
  if not string.find(address, ":", 1, true) then
    return reserved_four(address)
  end
  local first = tonumber(string.match(address, "^(%x+):") or "0", 16)
  if first < 0x2000 or first > 0x3FFF then
    return not (first == 0x64 and string.find(address, "^64:ff9b::")) -- outside of global unicast
  end
  local second = tonumber(string.match(address, "^%x+:(%x+):") or "0", 16)
  return first == 0x2001 and (second == 0xdb8 or second < 0x200) or first == 0x3fff and second < 0x1000
end

return policy {
  title = "No reserved IP addresses",
  applies_to = "certificate",
  severity = "high",
  cite = { at = "4.2.2 and 7.1.2.7.12" },
  controls = shared.PROFILE,
  remediation = "Use a private CA for private addresses.",
  level = "must",
  issued_from = "2015-11-01",
  applies = shared.public_leaf,
  check = function(cert)
    local items = {}
    for _, address in ipairs(cert.ip_addresses) do
      if reserved(address) then
        items[#items + 1] = { item = address, got = "reserved", want = "a public address" }
      end
    end
    if #items > 0 then
      return fail { items = items, message = "an address that anybody may have" }
    end
    return pass()
  end,
}
