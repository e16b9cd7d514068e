-- lock-guard: what runs before redlock's own script for taking a lock, since that one waits for any key to go away by itself.
--
-- KEYS[1]  the lock
-- Writes   deletes KEYS[1] when it can be no lock: of another type, without an expiry, or with one further off than the longest lease,
--          as when the store's clock has gone back

local left = redis.call("PTTL", KEYS[1])
if left ~= -2 and (left < 0 or left > 3600000 or redis.call("TYPE", KEYS[1]).ok ~= "string") then
  redis.call("DEL", KEYS[1])
end
