-- observe: take the provider's word; pause buckets or lower them, never fill them, and tell everybody who waits.
--
-- KEYS[i]   state of the i-th charge's bucket; all carry one {hash tag}
-- ARGV[1]   pause           microseconds from now, 0 for none
-- ARGV[2]   remaining       tokens the provider still sees, -1 for no word
-- ARGV[3]   refused         1 when the provider refused what the buckets had granted, else 0
-- ARGV[4]   id              unique name of this word
-- ARGV[5]   channel         where waiters listen
-- ARGV[6]   message         what they are told
-- ARGV[7..] five a charge, see includes/buckets.lua
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {"ok", now} | {"refused", reason}
-- Writes    KEYS only
--@include numbers
--@include share
--@include token-bucket
--@include sliding-window
--@include counted-window
--@include buckets

local now = store_now()
local pause, remaining = tonumber(ARGV[1]), tonumber(ARGV[2])
local charges, problem = load_charges(7, 1, #KEYS, now)
if not charges then return { "refused", problem } end

for _, charge in ipairs(charges) do
  if ARGV[3] == "1" then charge.algorithm.refused(charge.bucket, now + pause) end
  if pause > 0 then charge.algorithm.pause(charge.bucket, now + pause) end
  if remaining >= 0 then charge.algorithm.lower(charge.bucket, remaining, ARGV[4]) end
end
save_charges(charges)
if pause > 0 then redis.call("PUBLISH", ARGV[5], ARGV[6]) end
return { "ok", text(now) }
