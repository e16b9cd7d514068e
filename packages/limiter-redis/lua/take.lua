-- take: answer questions for units. Each books up to `count` units, each unit taking all charges of the question together: those free
-- now, then at most `ahead` groups in the future. Questions are answered in order, as if they had been asked one by one.
--
-- KEYS      state of the buckets, question by question, charge by charge; all carry one {hash tag}
-- ARGV[1]   deadline        microseconds of the store's clock; a command that runs later does nothing; 0 for none
-- ARGV[2]   questions       how many follow, >= 1
-- then, for each: peek      1 only looks, 0 takes, 2 takes or has somebody wait
--           count           units wanted, >= 1
--           ahead           groups that may be booked in the future, >= 0
--           group           units in each, >= 1
--           within          microseconds; nothing due later than this from now is booked; -1 for no bound
--           id              unique name of this question
--           charges         how many follow, >= 1; five arguments each, see includes/buckets.lua
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {now as text, answer, ...}, one answer a question, in microseconds from now:
--           {next, binding, remaining, idle, floors, at, units, at, units, ...} | {"refused", reason}
--           {"late", now} when it ran after its deadline
-- Writes    KEYS only, and only when it takes; every key expires when its bucket is idle
--@include numbers

local now = store_now()
local deadline = tonumber(ARGV[1])
if deadline > 0 and now > deadline then return { "late", text(now) } end

--@include share
--@include token-bucket
--@include sliding-window
--@include counted-window
--@include buckets

local function earliest_of_all(charges, units, from)
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

local function answer(peek, count, ahead, group, within, id, charges)
  local slots, taken = {}, 0
  local function take(at, units)
    slots[#slots + 1] = at - now
    slots[#slots + 1] = units
    if peek ~= "1" then
      for _, charge in ipairs(charges) do charge.algorithm.take(charge.bucket, charge.cost, units, at, id, taken) end
    end
    taken = taken + units
  end

  local free, largest = count, math.huge
  for _, charge in ipairs(charges) do
    free = math.min(free, charge.algorithm.units(charge.bucket, charge.cost))
    largest = math.min(largest, charge.algorithm.most(charge.bucket, charge.cost))
  end
  if free > 0 then take(now, free) end

  local next_at, binding = now, 1
  if not (peek == "1" and free > 0) then
    -- Places that are free now may be booked along with tokens to come, but no place that somebody still holds.
    local most = count
    for _, charge in ipairs(charges) do
      if not charge.bucket.bookable then
        most = math.min(most, charge.algorithm.units(charge.bucket, charge.cost) + taken)
      end
    end
    local from, booked = now, 0
    while true do
      local units = math.max(1, math.min(group, most - taken, largest))
      next_at, binding = earliest_of_all(charges, units, from)
      if peek == "1" or taken >= most or booked >= ahead or (within >= 0 and next_at - now > within) then break end
      take(next_at, units)
      from = next_at
      booked = booked + 1
    end
  end

  if taken > 0 and peek ~= "1" then save_charges(charges) end
  if peek == "2" and taken < count then
    for _, charge in ipairs(charges) do
      if charge.algorithm.need then charge.algorithm.need(charge.bucket) end
    end
  end

  local remaining, idle = math.huge, 0
  for _, charge in ipairs(charges) do
    remaining = math.min(remaining, charge.algorithm.remaining(charge.bucket))
    idle = math.max(idle, charge.algorithm.idle_at(charge.bucket))
  end
  local reply = { next_at - now, binding - 1, remaining, idle - now, known_of(charges) }
  for index, value in ipairs(slots) do reply[5 + index] = value end
  return reply
end

local replies = { text(now) }
local place, key = 3, 1
for question = 1, tonumber(ARGV[2]) do
  local count, ahead, group = tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2]), tonumber(ARGV[place + 3])
  local within, many = tonumber(ARGV[place + 4]), tonumber(ARGV[place + 6])
  local charges, problem = load_charges(place + 7, key, many, now)
  if charges then
    replies[question + 1] = answer(ARGV[place], count, ahead, group, within, ARGV[place + 5], charges)
  else
    replies[question + 1] = { "refused", problem }
  end
  place = place + 7 + many * 5
  key = key + many
end
return replies
