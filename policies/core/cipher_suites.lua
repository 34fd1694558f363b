-- policies/core/cipher_suites.lua
-- Protocol versions and cipher suites that are offered.
-- Why nobody should use it, or nil.
local function broken(suite)
  if suite.anonymous then return "anonymous" end
  if suite.encryption == "NULL" then return "no encryption" end
  if suite.export_grade then return "export grade" end
  if suite.encryption == "RC4" or suite.encryption == "DES" or suite.encryption == "3DES"
    or suite.encryption == "RC2" or suite.encryption == "IDEA" then
    return suite.encryption
  end
  if suite.mac == "MD5" then return "MD5" end
  return nil
end

local function untried(tested)
  local missing = {}
  for _, protocol in ipairs({ "SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3" }) do
    if not holds(tested, protocol) then missing[#missing + 1] = protocol end
  end
  local hint = holds(missing, "SSLv2") and "; nmap tries SSLv2 with --script ssl-enum-ciphers,sslv2" or ""
  if holds(missing, "TLSv1.3") then hint = hint .. "; nmap tries TLS 1.3 from 7.92 on" end
  return table.concat(missing, ", ") .. " (scan again" .. hint .. ")"
end

local function weak(suite)
  if not suite.forward_secrecy then return "no forward secrecy" end
  if not suite.aead then return "no authenticated encryption" end
  return nil
end

-- Of a configuration: where a fact is stated, or whose default it is.
local function origin(config, fact)
  for _, s in ipairs(config.settings) do
    if s.fact == fact and s.origin == "default" then
      return s.directive .. " is the " .. s.reason
    elseif s.fact == fact and s.path then
      return s.directive .. " in " .. s.path .. ":" .. s.line
    end
  end
  return nil
end

-- And why one is not known.
local function doubt(config)
  for _, s in ipairs(config.settings) do
    if s.origin == "unknown" and (s.fact == "protocols" or s.fact == "cipher_string" or s.fact == "suites") then
      return s.directive .. (s.path and " (" .. s.path .. ":" .. s.line .. ")" or "") .. ": " .. s.reason
    end
  end
  return "not every version and suite is known"
end

local function seen(subject, fact)
  if kind(subject) == "endpoint" then return subject[fact] end
  return is_known(subject, fact) and subject[fact] or {}
end

-- Who connects to a backend and states nothing takes what the backend chooses.
local function leaves_it_to_backend(config)
  return config.role == "upstream" and holds(config.defaults, "protocols") and holds(config.defaults, "cipher_string")
end

local function offers(subject, words)
  if kind(subject) == "endpoint" then return words end
  local from = {}
  for _, fact in ipairs({ "protocols", "cipher_string" }) do
    from[#from + 1] = origin(subject, fact)
  end
  return #from > 0 and words .. " (" .. table.concat(from, "; ") .. ")" or words
end

return policy {
  title = "Only strong protocols and cipher suites are offered",
  applies_to = { "endpoint", "tls_config" },
  severity = "high",
  severities = { "medium" },
  cite = { doc = "RFC 9325", version = "2022", at = "3.1 and 4.1", url = "https://www.rfc-editor.org/rfc/rfc9325" },
  controls = shared.SETTINGS,
  params = {
    forbid_protocols = { "SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1" },
    only = {}, -- IANA names; where given, every other suite fails
    allow = {}, -- IANA names that pass whatever is said of them
  },
  remediation = "Offer TLS 1.2 and 1.3 alone, with ECDHE key exchange and AES-GCM or ChaCha20-Poly1305.",
  level = "must",
  check = function(subject, params)
    if kind(subject) == "endpoint" and is_known(subject, "speaks_tls") and not subject.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local scanned = kind(subject) == "endpoint" -- a scan may know of some and not have tried others
    if not scanned and leaves_it_to_backend(subject) then
      return not_applicable("states neither versions nor suites: the backend chooses")
    end
    local items, severity = {}, "medium"
    for _, protocol in ipairs(seen(subject, "protocols_seen")) do
      if holds(params.forbid_protocols, protocol) then
        severity = "high"
        items[#items + 1] = { item = protocol, got = "offered", want = "TLSv1.2 or later" }
      end
    end
    local whole = is_known(subject, "suites")
    if #items > 0 and not whole and not is_known(subject, "suites_seen") then
      return fail { items = items, severity = severity, message = offers(subject, "offers weak protocols; not every suite is known") }
    end
    for _, suite in ipairs(seen(subject, "suites_seen")) do
      local name = suite.name
      local bad, poor
      if holds(params.allow, name) then
        bad, poor = nil, nil
      elseif #params.only > 0 and not holds(params.only, name) then
        bad = "not on the list"
      else
        bad, poor = broken(suite), weak(suite)
      end
      if bad then
        severity = "high"
      end
      if bad or poor then
        items[#items + 1] = { item = name, got = bad or poor, want = "forward secrecy and authenticated encryption" }
      end
    end
    if #items > 0 then
      return fail { items = items, severity = severity, message = offers(subject, "offers what is weak or broken") }
    end
    if not scanned and not (is_known(subject, "protocols") and whole) then
      return undecided { message = doubt(subject), advice = "state it in the file, or audit the files that it takes it from" }
    end
    if not scanned then -- what a fragment does not state, the server around it does
      return pass(subject.fragment and "states nothing that is weak" or nil)
    end
    if scanned and is_known(subject, "protocols_tested") and not is_known(subject, "protocols") then
      return undecided("not every protocol version was tried: " .. untried(subject.protocols_tested))
    end
    if subject.protocols and subject.suites then -- all of them, else undecided
      return pass()
    end
    return undecided("offers nothing that is known")
  end,
}
