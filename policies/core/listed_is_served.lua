-- policies/core/listed_is_served.lua
-- Listed as in use, and nobody serves it: forgotten, or never put in place.
local DAY = 86400 -- seconds

local function holds(list, value)
  for _, v in ipairs(list) do
    if v == value then return true end
  end
  return false
end

local function without_zeros(serial)
  return (string.gsub(serial, "^0+", ""))
end

-- Does the endpoint serve another certificate than this one? nil where that cannot be told.
local function serves_another(endpoint, subject)
  if not is_known(endpoint, "leaf_sha256") or not endpoint.leaf_sha256 then return nil end
  if is_known(subject, "sha256") and subject.sha256 then
    return endpoint.leaf_sha256 ~= subject.sha256 and not holds(endpoint.other_leaves_sha256, subject.sha256)
  end
  if is_known(subject, "serial") and subject.serial and is_known(endpoint, "leaf") and #endpoint.other_leaves_sha256 == 0 then
    return without_zeros(endpoint.leaf.serial) ~= without_zeros(subject.serial)
  end
  return nil
end

return policy {
  title = "Certificates listed as in use are served",
  description = "Said only of hosts and ports that the inventory names and a scan tried, or where a scan claims to be "
    .. "complete. A newer certificate at the place is core/served_is_listed's business.",
  applies_to = { "certificate", "record" },
  severity = "low",
  severities = { "medium" },
  cite = { doc = "PCI DSS", version = "4.0.1", at = "4.2.1.1" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1.1" },
  params = { grace_days = 7 },
  remediation = "Put it in place where the inventory says, or retire the record.",
  level = "must",
  applies = function(subject)
    if subject.role ~= "leaf" or subject.purpose ~= "tls_server" or not subject.in_use then return false end
    if kind(subject) == "record" then return true end
    return holds(subject.uses, "listed")
  end,
  check = function(subject, params)
    if is_known(subject, "not_after") and subject.not_after and passed(subject.not_after) then
      return not_applicable("expired")
    end
    if is_known(subject, "superseded") and subject.superseded then
      return not_applicable("a newer one has taken its place")
    end
    local begun = is_known(subject, "not_before") and subject.not_before or nil
    local grace = params.grace_days * DAY
    local items, tried = {}, 0
    for _, endpoint in ipairs(subject.listed_at) do
      local other = serves_another(endpoint, subject)
      local at = is_known(endpoint, "scanned_at") and endpoint.scanned_at or nil
      local leaf = is_known(endpoint, "leaf") and endpoint.leaf or nil
      if other == false then
        tried = tried + 1
      elseif other and at and (not begun or begun + grace < at) and not (leaf and begun and leaf.not_before > begun) then
        items[#items + 1] = {
          item = endpoint.host .. ":" .. endpoint.port,
          got = leaf and "serves " .. leaf.subject .. ", which ends " .. date(leaf.not_after) or "serves another",
          want = "this certificate",
        }
      end
    end
    if #items > 0 then
      return fail { items = items, severity = "medium", message = "the place that the inventory names serves another certificate" }
    end
    if tried > 0 or (is_known(subject, "served") and subject.served) then
      return pass()
    end
    if not is_known(subject, "served") or subject.served == nil then
      return not_applicable("no scan claims to be complete, and none tried its place")
    end
    if not is_known(subject, "served_as_of") then
      return undecided { message = "no scan met it, and one of them does not say when it was made", advice = "scan with a tool that tells the time" }
    end
    if begun and begun + grace >= subject.served_as_of then
      return pass("issued after the scan, or shortly before")
    end
    return fail { item = "endpoints", got = "none serves it", want = "one that does", severity = "medium", message = "listed as in use, and served by nobody" }
  end,
}
