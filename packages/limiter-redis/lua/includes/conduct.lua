-- One standing, in plain values: what the long way and the short way have in common. See includes/standing.lua.
local MOST_VIOLATIONS, REFRESHES = 1000000, 8

-- From when the bonus grows, violations that are left, when that was written, and whether anything was.
local function conduct_of(raw, generation, recovery, now)
  if type(raw) ~= "string" then return now, 0, now, false end
  local own, since, violations, at = string.match(raw, "^1|([^|]*)|(%d+)|([%d%.]+)|(%d+)$")
  if own ~= generation then return now, 0, now, false end
  since, violations, at = tonumber(since), tonumber(violations), tonumber(at)
  -- The store's clock was set back behind the state: it moves back as a whole.
  if at > now then since, at = since - (at - now), now end
  if violations == 0 or recovery == 0 then return since, 0, at, true end
  local ends = math.max(since, at + 1)
  return since, violations * math.min(1, math.max(0, (ends - now) / (ends - at))), at, true
end

-- What rates are multiplied by, the bonus in it, and which step that is.
local function conduct_rate(since, left, known, recovery, steps, most_bonus, now)
  local rate, bonus, step = 1, 0, 0
  -- Without violations only a step that asks for none is climbed.
  if left > 0 or string.byte(steps) == 48 then
    local whole, index = math.ceil(left), 0
    for violations, part in string.gmatch(steps, "([%d%.]+):([%d%.e%-]+)") do
      index = index + 1
      if whole >= tonumber(violations) then rate, step = tonumber(part), index end
    end
  end
  if rate >= 1 and known and recovery > 0 then bonus = most_bonus * math.min(1, math.max(0, (now - since) / recovery)) end
  return rate * (1 + bonus), bonus, step
end

-- How much of `whole` there is at a rate; `burst` of it is above the limit, and there whole or not at all when it is elastic.
local function conduct_size(rate, whole, cost, burst, elastic)
  local above = math.min(burst, whole)
  local part = above * rate
  if elastic then
    if rate < 1 then part = 0 else part = above end
  end
  return math.max(1, cost, math.floor((whole - above) * rate + part))
end

-- Takes note of a call; `penalty` is above 0 for a violation. Returns the violations there are then.
local function conduct_after(key, generation, recovery, since, left, at, known, penalty, now)
  if penalty > 0 then
    left = math.min(MOST_VIOLATIONS, left + penalty)
    since = now + recovery
  elseif known and now - at < recovery / REFRESHES then
    return left
  end
  local state = string.format("1|%s|%.0f|%.3f|%.0f", generation, since, left, now)
  redis.call("SET", key, state, "PX", math.max(1, math.ceil(recovery / 1000)))
  return left
end
