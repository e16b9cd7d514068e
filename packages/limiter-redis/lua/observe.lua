-- observe: take the provider's word; pause buckets or lower them, never fill them, and tell everybody who waits.
--
-- KEYS[i]   state of the i-th charge's bucket; all carry one {hash tag}
-- ARGV[1]   pause           microseconds from now, 0 for none
-- ARGV[2]   remaining       tokens the provider still sees, -1 for no word
-- ARGV[3]   remaining for   microseconds from now until the provider's window ends, of which that is left; -1 for no word of it
-- ARGV[4]   refused         1 when the provider refused what the buckets had granted, else 0
-- ARGV[5]   id              unique name of this word
-- ARGV[6]   channel         where waiters listen
-- ARGV[7]   message         what they are told
-- ARGV[8..] five a charge, see includes/buckets.lua
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {"ok", now} | {"refused", reason}
-- Writes    KEYS only
--@include numbers
--@include share
--@include provider-window
--@include token-bucket
--@include sliding-window
--@include counted-window
--@include buckets

local now = store_now()
local pause, remaining = tonumber(ARGV[1]), tonumber(ARGV[2])
local ends = tonumber(ARGV[3]) >= 0 and now + tonumber(ARGV[3]) or nil
local charges, problem = load_charges(8, 1, #KEYS, now)
if not charges then return { "refused", problem } end

for _, charge in ipairs(charges) do
  if ARGV[4] == "1" then charge.algorithm.refused(charge.bucket, now + pause) end
  if pause > 0 then charge.algorithm.pause(charge.bucket, now + pause) end
  if remaining >= 0 then charge.algorithm.lower(charge.bucket, remaining, ARGV[5], ends) end
end
save_charges(charges)
if pause > 0 then redis.call("PUBLISH", ARGV[6], ARGV[7]) end
return { "ok", text(now) }
