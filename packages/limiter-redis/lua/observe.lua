-- observe: take the provider's word; pause buckets or lower them, never fill them, and tell everybody who waits.
--
-- KEYS[i]   state of the i-th charge's bucket; all carry one {hash tag}
-- ARGV[1]   pause           microseconds from now, 0 for none
-- ARGV[2]   remaining       tokens the provider still sees, -1 for no word
-- ARGV[3]   id              unique name of this word
-- ARGV[4]   channel         where waiters listen
-- ARGV[5]   message         what they are told
-- ARGV[6..] four a charge, see includes/buckets.lua
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {"ok", now} | {"refused", reason}
-- Writes    KEYS only
--@include numbers
--@include token-bucket
--@include sliding-window
--@include buckets

local now = store_now()
local pause, remaining = tonumber(ARGV[1]), tonumber(ARGV[2])
local charges, problem = load_charges(6, now)
if not charges then return { "refused", problem } end

for _, charge in ipairs(charges) do
  if pause > 0 then charge.algorithm.pause(charge.bucket, now + pause) end
  if remaining >= 0 then charge.algorithm.lower(charge.bucket, remaining, ARGV[3]) end
end
save_charges(charges)
if pause > 0 then redis.call("PUBLISH", ARGV[4], ARGV[5]) end
return { "ok", text(now) }
