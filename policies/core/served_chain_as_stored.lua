-- policies/core/served_chain_as_stored.lua
-- The file holds the chain; what reaches clients is another.
local HOUR = 3600 -- seconds

-- A root at the end may be served or not.
local function without_root(certs)
  local out = {}
  for _, cert in ipairs(certs) do
    if #out == 0 or not (is_known(cert, "self_signed") and cert.self_signed) then out[#out + 1] = cert end
  end
  return out
end

local function same(a, b)
  if #a ~= #b then return false end
  for i = 1, #a do
    if a[i].sha256 ~= b[i].sha256 then return false end
  end
  return true
end

local function words(certs)
  local out = {}
  for i = 2, #certs do out[#out + 1] = certs[i].subject end
  return #out == 0 and "nothing behind the leaf" or table.concat(out, "; ")
end

return policy {
  title = "The chain on the wire is the chain on disk",
  description = "The file that holds the leaf served also holds the certificates to be served behind it. "
    .. "Where several files do, one that agrees is enough.",
  applies_to = "endpoint",
  severity = "low", -- also where no scanner tells the chain
  severities = { "medium" },
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = { "iso_27001_2022:A.8.24" },
  params = { grace_hours = 48 },
  remediation = "Reload the server, and let it read the file with the whole chain; or bring the file up to date.",
  level = "should",
  check = function(endpoint, params)
    local files = endpoint.stored_chains
    if #files == 0 then
      return not_applicable("no file holds its leaf with a chain")
    end
    local served = without_root(endpoint.chain)
    local at = is_known(endpoint, "scanned_at") and endpoint.scanned_at or nil
    local items, doubt = {}, false
    for _, file in ipairs(files) do
      local stored = without_root(file.certificates)
      local dated = is_known(file, "since")
      if same(served, stored) then
        return pass(file.source .. ":" .. file.path)
      end
      if dated and (file.since == nil or (at and file.since + params.grace_hours * HOUR >= at)) then
        -- not committed yet, or changed since: the scan tells of what was before
      elseif dated and not at then
        doubt = true
      else
        items[#items + 1] = { item = file.source .. ":" .. file.path, got = "not what is served: " .. words(served), want = words(stored) }
      end
    end
    if #items > 0 then
      return fail { items = items, severity = "medium", message = "serves another chain than its file holds" }
    end
    if doubt then
      return undecided {
        message = "the chain differs from its file's, and the scan does not say whether it was made before or after",
        advice = "scan with a tool that tells the time (nmap, testssl with pretty JSON, sslyze)",
      }
    end
    return pass("the file changed after the scan, or shortly before")
  end,
}
