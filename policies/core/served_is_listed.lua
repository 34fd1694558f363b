-- policies/core/served_is_listed.lua
-- What is served and in no inventory is renewed and revoked by nobody.
local DAY = 86400 -- seconds

local function name_of(record)
  local name = is_known(record, "subject") and record.subject or nil
  local id = is_known(record, "record_id") and record.record_id or nil
  local ends = is_known(record, "not_after") and record.not_after or nil
  return (name or "a certificate") .. (id and " (record " .. id .. ")" or "") .. (ends and ", which ends " .. date(ends) or "")
end

return policy {
  title = "Served certificates are in the inventory",
  description = "Said only where an inventory claims to be complete, or places another certificate at this very host "
    .. "and port. A certificate issued shortly before the inventory was taken may still be missing.",
  applies_to = "endpoint",
  severity = "low", -- also where no scanner tells the leaf
  severities = { "medium" },
  cite = { doc = "PCI DSS", version = "4.0.1", at = "4.2.1.1" },
  controls = { "iso_27001_2022:A.8.24", "pci_dss_4.0.1:4.2.1.1" },
  params = { grace_days = 7 },
  remediation = "Enter it in the inventory with its owner, or replace it by one that is.",
  level = "must",
  check = function(endpoint, params)
    if is_known(endpoint, "speaks_tls") and not endpoint.speaks_tls then
      return not_applicable("it does not speak TLS")
    end
    local told = is_known(endpoint, "listed")
    if told and endpoint.listed == nil then
      return not_applicable("the run has no inventory")
    end
    if told and endpoint.listed then
      return pass()
    end
    local others = endpoint.listed_others
    if not told and #others == 0 and is_known(endpoint, "leaf") then
      return not_applicable("no inventory claims to be complete, and none has this place")
    end
    local leaf = endpoint.leaf -- else undecided
    -- an inventory that does not say when it was taken speaks of now
    local from = leaf.not_before + params.grace_days * DAY
    local late
    if is_known(endpoint, "listed_as_of") then late = from < endpoint.listed_as_of else late = passed(from) end
    if not late then
      return pass("issued after the inventory was taken, or shortly before")
    end
    local items = {}
    for _, record in ipairs(others) do
      items[#items + 1] = { item = "certificate", got = leaf.subject .. ", which ends " .. date(leaf.not_after), want = name_of(record) }
    end
    if #items > 0 then
      return fail { items = items, severity = "medium", message = "serves a certificate where the inventory has another" }
    end
    return fail {
      item = "certificate", got = leaf.subject .. ", serial " .. leaf.serial, want = "a record of it",
      severity = "medium", message = "serves a certificate that no inventory knows",
    }
  end,
}
