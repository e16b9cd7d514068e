-- renew: hold the places of these units for another lease.
--
-- KEYS[i]   state of the i-th charge's bucket; all carry one {hash tag}
-- ARGV[1]   units           how many follow, >= 1
-- ARGV[2]   id              name of the question they came from
-- ARGV[3..] two a unit: its instant in microseconds, its number within the question
-- then      five a charge, see includes/buckets.lua
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {"ok", now, "1" when all places were still held, else "0"} | {"refused", reason}
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
local charges, problem = load_charges(3 + units * 2, 1, #KEYS, now)
if not charges then return { "refused", problem } end

local held = true
for index = 0, units - 1 do
  local at, unit = tonumber(ARGV[3 + index * 2]), tonumber(ARGV[4 + index * 2])
  for _, charge in ipairs(charges) do
    held = charge.algorithm.renew(charge.bucket, charge.cost, at, ARGV[2], unit) and held
  end
end
save_charges(charges)
if held then return { "ok", text(now), "1" } end
return { "ok", text(now), "0" }
