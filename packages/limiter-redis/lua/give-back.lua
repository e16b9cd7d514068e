-- give-back: take units back that will not be used, as far as that cannot let anybody exceed the limit, and free places that were.
--
-- KEYS[i]   state of the i-th charge's bucket; all carry one {hash tag}
-- ARGV[1]   units           how many follow, >= 1
-- ARGV[2]   id              name of the question they came from
-- ARGV[3]   channel         where those listen who wait for places
-- ARGV[4]   message         what they are told
-- ARGV[5]   loan            its holder when these are tokens of a loan, which is over; else empty
-- ARGV[6..] two a unit: its instant in microseconds, its number within the question
-- then      five a charge, see includes/buckets.lua
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
local units = tonumber(ARGV[1])
local charges, problem = load_charges(6 + units * 2, 1, #KEYS, now)
if not charges then return { "refused", problem } end

-- A Redis whose memory is full refuses whatever might grow, unless the script has already written. This adds nothing, so it first writes
-- what is there.
local left = redis.call("PTTL", KEYS[1])
if left > 0 then redis.call("PEXPIRE", KEYS[1], text(left)) end

for index = 0, units - 1 do
  local at, unit = tonumber(ARGV[6 + index * 2]), tonumber(ARGV[7 + index * 2])
  for _, charge in ipairs(charges) do
    if ARGV[5] ~= "" and charge.algorithm.repay then
      charge.algorithm.repay(charge.bucket, ARGV[5], charge.cost)
    else
      charge.algorithm.give_back(charge.bucket, charge.cost, at, ARGV[2], unit)
    end
  end
end
local heeded = false
for _, charge in ipairs(charges) do
  if charge.algorithm.heed then heeded = charge.algorithm.heed(charge.bucket) or heeded end
end
save_charges(charges)
if heeded then redis.call("PUBLISH", ARGV[3], ARGV[4]) end
return { "ok", text(now) }
