-- policies/core/owner_present.lua
-- Somebody is responsible: by an inventory, CODEOWNERS or the configuration.
local function only_for_trust(subject)
  for _, use in ipairs(subject.uses) do
    if use ~= "trust_anchor" and use ~= "chain" and use ~= "logged" then
      return false
    end
  end
  return true
end

local function owners_of(subject)
  local owners = subject.owners
  if #owners == 0 and kind(subject) == "endpoint" and is_known(subject, "leaf") and subject.leaf then
    return subject.leaf.owners
  end
  return owners
end

-- Two origins that name nobody in common.
local function disagreement(owners)
  for _, a in ipairs(owners) do
    for _, b in ipairs(owners) do
      if a.origin ~= b.origin and not a.placeholder and not b.placeholder
        and not a.catch_all and not b.catch_all then
        local shared = false
        for _, c in ipairs(owners) do
          for _, d in ipairs(owners) do
            shared = shared or (c.origin == a.origin and d.origin == b.origin and c.name == d.name)
          end
        end
        if not shared then
          return a, b
        end
      end
    end
  end
  return nil
end

return policy {
  title = "Every certificate and endpoint has an owner",
  applies_to = { "certificate", "endpoint", "record", "tls_config" },
  severity = "medium",
  severities = { "low" },
  cite = { doc = "NIST SP 1800-16", version = "2020", at = "Volume B, 5.1.1", url = "https://doi.org/10.6028/NIST.SP.1800-16" },
  controls = {
    "cis_v8:1.1", "dora_rts_2024_1774:7(4)", "iso_27001_2022:A.5.9", "nist_800_53_r5:cm-8",
    "nist_csf_2.0:ID.AM-08", "pci_dss_4.0.1:12.3.3", "pci_dss_4.0.1:4.2.1.1",
  },
  params = { catch_all = choice { "weak", "accept", "refuse" } },
  remediation = "Name a team: in the inventory, in CODEOWNERS, or under 'owners' of certaudit.yaml.",
  level = "should",
  applies = function(subject)
    if kind(subject) == "certificate" then
      return subject.role == "leaf" and not only_for_trust(subject)
    end
    return kind(subject) ~= "record" or subject.role == "leaf"
  end,
  check = function(subject, params)
    local owners = owners_of(subject)
    local named, catch_all, placeholder
    for _, owner in ipairs(owners) do
      if owner.placeholder then
        placeholder = owner
      elseif owner.catch_all then
        catch_all = owner
      else
        named = owner
      end
    end
    if named then
      local a, b = disagreement(owners)
      if a then
        return fail {
          item = "owners",
          got = a.name .. " (" .. a.place .. ") and " .. b.name .. " (" .. b.place .. ")",
          want = "one answer",
          severity = "low",
          message = "sources disagree about the owner",
        }
      end
      return pass(named.name)
    end
    if catch_all and params.catch_all == "accept" then
      return pass(catch_all.name)
    end
    if catch_all and params.catch_all == "weak" then
      return fail {
        item = "owners",
        got = catch_all.name .. " (" .. catch_all.place .. ")",
        want = "an owner of its own",
        severity = "low",
        message = "owned only by a line that matches everything",
      }
    end
    return fail {
      item = "owners",
      got = placeholder and placeholder.as_written or "none",
      want = "an owner",
      message = placeholder and "its owner is a placeholder" or "nobody is named as owner",
    }
  end,
}
