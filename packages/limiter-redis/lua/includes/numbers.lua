-- Numbers above 14 digits lose their end when Lua prints them, so instants and levels leave as text.
local function text(number)
  return string.format("%.0f", number)
end

local function store_now()
  local time = redis.call("TIME")
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Milliseconds until a state may go that is idle after so many microseconds, and whether it would have stayed longer; nil for at once.
-- One from which something was given back stays as long as it would have, whoever writes it next and why: others still know what was
-- taken, and would take its absence for a loss. Until the last millisecond: what they know may end within it.
local function expiry_of(key, left)
  local own, kept = math.ceil(left / 1000) + 1, redis.call("PTTL", key)
  if left <= 0 and kept <= 0 then return nil end
  return text(math.max(own, kept)), kept > own
end
