-- The part of a quota that strangers leave us; the same steps as algorithms/share.ts, which says why.
--
-- Within a bucket's state: part:at:taken   with part to its last bit, at in microseconds, taken in tokens; empty for the whole.
local share = {}
local RECOVERY, SAME_MOMENT, SHORTEST_MEASURE = 50000000, 500000, 2000000
local UNSURE = 2
local UNMEASURED, DEEPEST_CUT, LEAST = 0.85, 0.7, 0.05

local function share_cut(current, measured)
  local part = current * UNMEASURED
  if measured then part = math.max(current * DEEPEST_CUT, measured) end
  return math.min(current, math.max(LEAST, part))
end

-- nil for the whole, and when the whole is used again.
function share.load(raw, now)
  local part, at, taken = string.match(raw or "", "^([^:]+):(%d+):(%d+)$")
  if not part then return nil end
  local loaded = { part = tonumber(part), at = tonumber(at), taken = tonumber(taken) }
  if now >= loaded.at + RECOVERY then return nil end
  return loaded
end

function share.save(own)
  if not own then return "" end
  return string.format("%.17g:%.0f:%.0f", own.part, own.at, own.taken)
end

function share.at(own, now)
  if not own then return 1 end
  local x = math.max(0, now - own.at) / RECOVERY
  if x >= 1 then return 1 end
  local cube = x * x * x
  return own.part + (1 - own.part) * cube * cube
end

function share.count(own, tokens)
  if own then own.taken = math.max(0, own.taken + tokens) end
end

function share.measured(own, now, whole)
  local elapsed = now - own.at
  if elapsed < SHORTEST_MEASURE then return nil end
  return math.max(0, own.taken - UNSURE) / (whole * elapsed)
end

-- What is known after a refusal, and whether it is new.
function share.refused(own, now, measured)
  if not own then return { part = 1, at = now, taken = 0 }, true end
  if now - own.at < SAME_MOMENT then return own, false end
  return { part = share_cut(share.at(own, now), measured), at = now, taken = 0 }, true
end

function share.set_back(own, by)
  if own then own.at = math.max(0, own.at - by) end
end

function share.ends(own)
  if not own then return 0 end
  return own.at + RECOVERY
end
