-- take: book up to `count` units, each taking all charges together: those free now, then at most `ahead` groups in the future.
--
-- KEYS[i]   state of the i-th charge's bucket; all carry one {hash tag}
-- ARGV[1]   peek            1 only looks, 0 takes
-- ARGV[2]   count           units wanted, >= 1
-- ARGV[3]   ahead           groups that may be booked in the future, >= 0
-- ARGV[4]   group           units in each, >= 1
-- ARGV[5]   within          microseconds; nothing due later than this from now is booked; -1 for no bound
-- ARGV[6]   deadline        microseconds of the store's clock; a command that runs later does nothing; 0 for none
-- ARGV[7]   id              unique name of this question
-- ARGV[8..] four a charge, see includes/buckets.lua
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {"ok", now, next, binding, remaining, idle, at, units, at, units, ...} all text, instants in microseconds
--           {"late", now} when it ran after its deadline | {"refused", reason} when nothing could be decided
-- Writes    KEYS only, and only when it takes; every key expires when its bucket is idle
--@include numbers
--@include token-bucket
--@include sliding-window
--@include buckets

local now = store_now()
local deadline = tonumber(ARGV[6])
if deadline > 0 and now > deadline then return { "late", text(now) } end

local peek = ARGV[1] == "1"
local count, ahead, group, within = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local charges, problem = load_charges(8, now)
if not charges then return { "refused", problem } end

local function earliest_of_all(units, from)
  local at, binding, before = from, 1, -1
  while before ~= at do
    before = at
    for index, charge in ipairs(charges) do
      local own = charge.algorithm.earliest(charge.bucket, charge.cost * units, at)
      if own > at then
        at = own
        binding = index
      end
    end
  end
  return at, binding
end

local slots, taken = {}, 0
local function take(at, units)
  slots[#slots + 1] = text(at)
  slots[#slots + 1] = text(units)
  if not peek then
    for _, charge in ipairs(charges) do charge.algorithm.take(charge.bucket, charge.cost, units, at, ARGV[7], taken) end
  end
  taken = taken + units
end

local free, largest = count, math.huge
for _, charge in ipairs(charges) do
  free = math.min(free, charge.algorithm.units(charge.bucket, charge.cost))
  largest = math.min(largest, math.floor(charge.capacity / charge.cost))
end
if free > 0 then take(now, free) end

local next_at, binding = now, 1
if not (peek and free > 0) then
  local from, booked = now, 0
  while true do
    local units = math.max(1, math.min(group, count - taken, largest))
    next_at, binding = earliest_of_all(units, from)
    if peek or taken >= count or booked >= ahead or (within >= 0 and next_at - now > within) then break end
    take(next_at, units)
    from = next_at
    booked = booked + 1
  end
end

if taken > 0 and not peek then save_charges(charges) end

local remaining, idle = math.huge, 0
for _, charge in ipairs(charges) do
  remaining = math.min(remaining, charge.algorithm.remaining(charge.bucket))
  idle = math.max(idle, charge.algorithm.idle_at(charge.bucket))
end
local reply = { "ok", text(now), text(next_at), text(binding - 1), text(remaining), text(idle) }
for index, value in ipairs(slots) do reply[6 + index] = value end
return reply
