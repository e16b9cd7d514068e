-- lock-guard: what runs before redlock's own script for taking a lock, since that one waits for any key to go away by itself.
--
-- KEYS[1]  the lock
-- ARGV[2]  lease   of whoever asks, milliseconds; redlock's own argument
-- Writes   deletes KEYS[1] when it can be no lock: of another type, or without an expiry; cuts an expiry further off than the longest
--          lease, as when the store's clock has gone back, to the lease of whoever asks

local left = redis.call("PTTL", KEYS[1])
if left ~= -2 then
  if left < 0 or redis.call("TYPE", KEYS[1]).ok ~= "string" then
    redis.call("DEL", KEYS[1])
  elseif left > 3600000 then
    redis.call("PEXPIRE", KEYS[1], ARGV[2])
  end
end
