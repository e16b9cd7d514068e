-- standings: say how somebody stands, or forgive.
--
-- KEYS      standings
-- ARGV[1]   act             "read" or "forgive"
-- then, to read: four arguments, the first of includes/standing.lua
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {now as text, sight, ...}, or {"ok", now} after forgiving
-- Writes    KEYS only, and only to forgive
--@include numbers
--@include standing

local now = store_now()
local reply = { text(now) }
if ARGV[1] == "forgive" then
  for _, key in ipairs(KEYS) do redis.call("DEL", key) end
  return { "ok", text(now) }
end
ARGV[6], ARGV[7] = "0", ""
for index, key in ipairs(KEYS) do reply[index + 1] = standing.sight(standing.load(key, 2, 0, now, {})) end
return reply
