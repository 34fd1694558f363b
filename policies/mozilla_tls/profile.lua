-- policies/mozilla_tls/profile.lua
-- One of Mozilla's profiles, by version of its guidelines; lists are compared as sets.
local THIRTEEN = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256" }

local INTERMEDIATE = {
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
}
local DHE = {
  "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
}
local OLD = {
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
  "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_RSA_WITH_AES_128_CBC_SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256",
  "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
}
local OLD_DHE = { "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256" }

local function joined(lists)
  local out = {}
  for _, list in ipairs(lists) do
    for _, v in ipairs(list) do
      out[#out + 1] = v
    end
  end
  return out
end

local CLASSIC = { "X25519", "P-256", "P-384" }
local HYBRID = { "X25519MLKEM768", "X25519", "P-256", "P-384" }
local GROUPS = { -- scanners' names of the curves
  x25519 = "X25519", prime256v1 = "P-256", secp256r1 = "P-256", ["p-256"] = "P-256", ["nist p-256"] = "P-256",
  secp384r1 = "P-384", ["p-384"] = "P-384", ["nist p-384"] = "P-384", x25519mlkem768 = "X25519MLKEM768",
}
local BOTH, ALL = { "TLSv1.2", "TLSv1.3" }, { "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3" }
local EC_HASHES = { "ecdsa-with-SHA256", "ecdsa-with-SHA384", "ecdsa-with-SHA512" }
local RSA_HASHES = { "sha256WithRSAEncryption" }
local ANY_HASHES = joined({ EC_HASHES, RSA_HASHES })

local function modern(groups)
  return { protocols = { "TLSv1.3" }, suites = {}, groups = groups, families = { "ec" }, signatures = EC_HASHES, days = 90 }
end

local function intermediate(groups, suites)
  return { protocols = BOTH, suites = suites, groups = groups, families = { "ec", "rsa" }, signatures = ANY_HASHES, days = 366, dh_bits = 2048 }
end

local function old(groups, suites, dh_bits)
  return { protocols = ALL, suites = suites, groups = groups, families = { "rsa" }, signatures = RSA_HASHES, days = 366, dh_bits = dh_bits, server_order = true }
end

local PROFILES = {
  ["5.7"] = {
    modern = modern(CLASSIC),
    intermediate = intermediate(CLASSIC, joined({ INTERMEDIATE, DHE })),
    old = old(CLASSIC, joined({ INTERMEDIATE, DHE, OLD, OLD_DHE }), 1024),
  },
  ["5.8"] = {
    modern = modern(HYBRID), intermediate = intermediate(HYBRID, INTERMEDIATE),
    old = old(HYBRID, joined({ INTERMEDIATE, OLD }), 2048),
  },
  ["6.0"] = { modern = modern(HYBRID), intermediate = intermediate(HYBRID, INTERMEDIATE) },
}

local HSTS = 63072000 -- seconds; hsts_min_age of every profile

-- Of a configuration: why something that the profile asks for is not known; nil if it is.
local function doubt(config, facts)
  for _, s in ipairs(config.settings) do
    if s.origin == "unknown" and holds(facts, s.fact) then
      return s.directive .. (s.path and " (" .. s.path .. ":" .. s.line .. ")" or "") .. ": " .. s.reason
    end
  end
  return nil
end

-- What only a configuration tells. A fragment answers for what it states.
local function judge_config(config, profile, items)
  if config.fragment then return end
  local stapled = not is_known(config, "ocsp_stapling") or config.ocsp_stapling
  local responder = not is_known(config, "leaf") or #config.leaf.ocsp_urls > 0
  if not stapled and responder then
    items[#items + 1] = { item = "ocsp_stapling", got = "off", want = "on" }
  end
  if is_known(config, "hsts_seconds") then
    local age = config.hsts_seconds
    if not age or age < HSTS then
      items[#items + 1] = { item = "hsts_seconds", got = age or "no Strict-Transport-Security", want = "at least " .. HSTS }
    end
    for _, place in ipairs(config.hsts_lost) do
      items[#items + 1] = { item = "hsts_lost", got = "not sent by " .. place, want = "Strict-Transport-Security everywhere" }
    end
  end
end

local function chosen(params)
  return PROFILES[params.version][params.profile]
end

local function profiles_of(version)
  local names = {}
  for name in pairs(PROFILES[version]) do
    names[#names + 1] = name
  end
  return table.concat(names, " and ")
end

local function judge_leaf(cert, profile)
  local items, key = {}, cert.key
  if not holds(profile.families, key.family) then
    items[#items + 1] = { item = "key.family", got = key.algorithm, want = table.concat(profile.families, ", ") }
  elseif key.family == "ec" and key.curve ~= "P-256" and key.curve ~= "P-384" then
    items[#items + 1] = { item = "key.curve", got = key.curve or "explicit parameters", want = "P-256 or P-384" }
  elseif key.family == "rsa" and key.bits < 2048 then
    items[#items + 1] = { item = "key.bits", got = key.bits, want = "at least 2048" }
  end
  if not holds(profile.signatures, cert.signature_algorithm) then
    items[#items + 1] = { item = "signature_algorithm", got = cert.signature_algorithm, want = table.concat(profile.signatures, ", ") }
  end
  local length = days(cert.validity_seconds)
  if length > profile.days then
    items[#items + 1] = { item = "validity", got = length .. " days", want = "at most " .. profile.days .. " days" }
  end
  if #items > 0 then
    return fail { items = items, message = "not a certificate of the profile" }
  end
  return pass()
end

return policy {
  title = "Servers keep to the chosen Mozilla profile",
  applies_to = { "certificate", "endpoint", "tls_config" },
  severity = "medium",
  cite = { doc = "Mozilla Server Side TLS", version = "5.7, 5.8, 6.0", at = "Server Side TLS", url = "https://ssl-config.mozilla.org/guidelines/" },
  controls = {
    "bsi_c5_2020:CRY-02", "cis_v8:3.10", "dora_rts_2024_1774:6", "hipaa:164.312(e)(2)(ii)",
    "iso_27001_2022:A.8.24", "nis2_ir_2024_2690:9.2", "nist_800_53_r5:cm-6",
    "nist_800_53_r5:sc-13", "nist_800_53_r5:sc-8.1", "nist_csf_2.0:PR.DS-02",
    "pci_dss_4.0.1:12.3.3", "pci_dss_4.0.1:4.2.1", "soc_2_2017:CC6.7",
  },
  params = { profile = choice { "intermediate", "modern", "old" }, version = choice { "5.8", "5.7", "6.0" } },
  remediation = "Take the configuration that Mozilla's generator gives for the profile.",
  level = "should",
  check_params = function(params)
    if not chosen(params) then
      return "version " .. params.version .. " of Mozilla's guidelines has no profile '" .. params.profile
        .. "', it has " .. profiles_of(params.version)
    end
  end,
  applies = function(cert)
    return kind(cert) ~= "certificate" or (cert.role == "leaf" and cert.purpose == "tls_server")
  end,
  check = function(subject, params)
    local profile = chosen(params)
    local what = kind(subject)
    if what == "certificate" then
      return judge_leaf(subject, profile)
    end
    local scanned = what == "endpoint"
    if scanned and is_known(subject, "speaks_tls") and not subject.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    if not scanned and subject.role == "upstream" then
      return not_applicable("the profiles are for servers")
    end
    local items, needs_dh = {}, false
    local function seen(fact)
      if scanned then return subject[fact] end
      return is_known(subject, fact) and subject[fact] or {}
    end
    for _, protocol in ipairs(seen("protocols_seen")) do
      if not holds(profile.protocols, protocol) then
        items[#items + 1] = { item = protocol, got = "offered", want = table.concat(profile.protocols, ", ") }
      end
    end
    if not scanned or is_known(subject, "suites_seen") then
      for _, suite in ipairs(seen("suites_seen")) do
        needs_dh = needs_dh or suite.kx == "DHE"
        if not holds(THIRTEEN, suite.name) and not holds(profile.suites, suite.name) then
          items[#items + 1] = { item = suite.name, got = "offered", want = "a suite of the profile" }
        end
      end
    end
    if is_known(subject, "groups_seen") then
      for _, group in ipairs(subject.groups_seen or {}) do
        if not holds(profile.groups, GROUPS[string.lower(group)] or group) then
          items[#items + 1] = { item = group, got = "offered", want = table.concat(profile.groups, ", ") }
        end
      end
    end
    if is_known(subject, "dh_bits") and subject.dh_bits and profile.dh_bits and subject.dh_bits < profile.dh_bits then
      items[#items + 1] = { item = "dh_bits", got = subject.dh_bits, want = "at least " .. profile.dh_bits }
    end
    if profile.server_order and is_known(subject, "server_preference") and not subject.server_preference then
      items[#items + 1] = { item = "server_preference", got = "the client's order", want = "the server's order" }
    end
    if not scanned then
      judge_config(subject, profile, items)
    end
    if #items > 0 then
      return fail { items = items, message = "outside of Mozilla's profile '" .. params.profile .. "' " .. params.version }
    end
    if not scanned then
      if profile.dh_bits and needs_dh and not subject.fragment and not is_known(subject, "dh_bits") then
        return undecided { message = "offers DHE, and the size of its DH parameters is not known", advice = "keep the file of DH parameters where the configuration is" }
      end
      local why = doubt(subject, { "protocols", "cipher_string", "suites", "groups", "dh_bits", "hsts_seconds" })
      if why then
        return undecided { message = why, advice = "state it in the file, or audit the files that it takes it from" }
      end
      return subject.fragment and pass("states nothing outside of the profile") or pass()
    end
    if subject.protocols and subject.suites then -- all of them, else undecided
      return pass()
    end
    return undecided("offers nothing that is known")
  end,
}
