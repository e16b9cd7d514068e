-- presence: say that a process is alive, and count those that are.
--
-- KEYS[1]   sorted set of processes, scored by the instant at which each counts as gone
-- ARGV[1]   name of the process
-- ARGV[2]   lifetime        microseconds
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {"ok", processes alive}
-- Writes    KEYS[1] only; it expires with the last process. Nobody counts for longer than a lifetime, also when the store's clock was
--           set back.

local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local lifetime = tonumber(ARGV[2])
local gone = string.format("%.0f", now + lifetime)
redis.call("ZADD", KEYS[1], gone, ARGV[1])
for _, other in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "(" .. gone, "+inf")) do redis.call("ZADD", KEYS[1], gone, other) end
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", string.format("%.0f", now))
redis.call("PEXPIRE", KEYS[1], string.format("%.0f", math.ceil(lifetime / 1000)))
return { "ok", string.format("%.0f", redis.call("ZCARD", KEYS[1])) }
