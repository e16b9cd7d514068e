-- take: answer the questions of one process and turn for units. Each books up to `count` units, each unit taking all charges of the
-- question together: those free now, then at most `ahead` groups in the future.
--
-- Most questions are about one token bucket, now or no, and most such buckets have nothing to them but a level. These come first, by a
-- short way; where it does not do, they go the long way like the others.
--
-- KEYS      state of the buckets, in the order of the questions and their charges; all carry one {hash tag}
-- ARGV[1]   deadline        microseconds of the store's clock; a command that runs later does nothing; 0 for none
-- ARGV[2]   groups          of short questions about token buckets with equal numbers; how many follow
-- for each: rate, burst, cost, questions; then two a question:
--           count           units wanted, >= 1
--           known           what the process last knew of the bucket, see includes/token-bucket.lua; empty for nothing
-- then      questions       the others; how many follow
-- for each: peek            1 only looks, 0 takes, 2 takes or has somebody wait
--           count           units wanted, >= 1
--           ahead           groups that may be booked in the future, >= 0
--           group           units in each, >= 1
--           within          microseconds; nothing due later than this from now is booked; -1 for no bound
--           id              unique name of this question
--           loan            holder:unspent:microseconds when the units are drawn in advance, else empty
--           charges         how many follow, >= 1; five arguments each, see includes/buckets.lua
--           standings       how many follow those; six arguments each, see includes/standing.lua; their KEYS follow those of the charges
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {now as text, short answers, answer, ...}, in microseconds from now
--           short answers: next, remaining, idle, units, born, step of each question in turn; next is -1 where the answer is a long one
--           answer: {next, binding, remaining, idle, floors, standings, least, at, units, at, units, ...} | {"refused", reason}; those of short
--           questions first
--           {"late", now} when it ran after its deadline
-- Writes    KEYS only, and only when it takes, or finds that the store lost something or that its clock was set back; every key
--           expires when its bucket is idle
--@include numbers

local now = store_now()
local deadline = tonumber(ARGV[1])
if deadline > 0 and now > deadline then return { "late", text(now) } end

local short, replies, left, place, key = {}, { text(now) }, {}, 3, 1
local answered = 0
for group = 1, tonumber(ARGV[2]) do
  local rate, burst, cost = tonumber(ARGV[place]), tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2])
  local cap, micro = burst * 1000000, cost * 1000000
  local questions = tonumber(ARGV[place + 3])
  local first = place
  place = place + 4
  for question = 1, questions do
    local count, known = tonumber(ARGV[place]), ARGV[place + 1]
    local raw = redis.pcall("GET", KEYS[key])
    -- The steps are those of includes/token-bucket.lua.
    local born, step, level, at
    if not raw then
      if known == "" then born, step, level, at = now, 0, cap, now end
    elseif type(raw) == "string" then
      born, step, level, at = string.match(raw, "^1|(%d+)|(%d+)|(%-?%d+)|(%d+)|0|||$")
      if born then
        if known ~= "" then
          local same, seen = string.match(known, "^(%d+):(%d+):")
          if same ~= born or tonumber(seen) > tonumber(step) then born = nil end
        end
        born, step, level, at = tonumber(born), tonumber(step), math.min(cap, tonumber(level)), tonumber(at)
        -- The store's clock was set back.
        if at > now then born = nil end
      end
    end
    if not born then
      left[#left + 1] = { first, place, key }
      short[answered + 1] = -1
      for index = 2, 6 do short[answered + index] = 0 end
    else
      local grown = math.min(cap, level + math.floor((now - at) * rate))
      local taken = math.min(count, math.max(0, math.floor(grown / micro)))
      if taken > 0 then
        level = grown - taken * micro
        grown = level
        at = now
        step = step + 1
      end
      local missing, idle = cap - level, 0
      if missing > 0 then
        idle = math.ceil(missing / rate)
        while math.floor(idle * rate) < missing do idle = idle + 1 end
      end
      local following = 0
      if grown < micro then
        following = math.ceil((micro - level) / rate)
        while math.floor(following * rate) < micro - level do following = following + 1 end
      end
      local since = now - at
      if taken > 0 then
        redis.call("SET", KEYS[key], string.format("1|%.0f|%d|%.0f|%.0f|0|||", born, step, level, at), "PX", math.ceil(idle / 1000) + 1)
      end
      short[answered + 1] = math.max(0, following - since)
      short[answered + 2] = math.max(0, math.floor(grown / 1000000))
      short[answered + 3] = math.max(0, idle - since)
      short[answered + 4] = taken
      short[answered + 5] = born
      short[answered + 6] = step
    end
    answered = answered + 6
    place = place + 2
    key = key + 1
  end
end
replies[2] = short
local questions = tonumber(ARGV[place])
if questions == 0 and #left == 0 then return replies end

--@include share
--@include token-bucket
--@include sliding-window
--@include counted-window
--@include buckets
--@include standing

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

local function answer(peek, count, ahead, group, within, id, loan, charges, standings)
  local slots, taken = {}, 0
  local holder, unspent, lease = string.match(loan, "^([^:]+):(%d+):(%d+)$")
  local lender = charges[1]
  if holder then
    count = math.max(0, math.min(count, lender.algorithm.lendable(lender.bucket, holder) - tonumber(unspent)))
  end
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

  if holder then lender.algorithm.lend(lender.bucket, holder, tonumber(unspent) + taken, now + tonumber(lease)) end
  if (taken > 0 and peek ~= "1") or holder then save_charges(charges) end
  if peek == "2" and taken < count then
    for _, charge in ipairs(charges) do
      if charge.algorithm.need then charge.algorithm.need(charge.bucket) end
    end
  end

  local remaining, least, idle = math.huge, 1, 0
  for index, charge in ipairs(charges) do
    local own = charge.algorithm.remaining(charge.bucket)
    if own < remaining then
      remaining = own
      least = index
    end
    idle = math.max(idle, charge.algorithm.idle_at(charge.bucket))
  end
  local sights = {}
  for index, own in ipairs(standings) do
    if peek ~= "1" then standing.after(own, taken == 0 and binding or nil) end
    sights[index] = standing.sight(own)
  end
  local reply = { next_at - now, binding - 1, remaining, idle - now, known_of(charges), sights, least - 1 }
  for index, value in ipairs(slots) do reply[7 + index] = value end
  return reply
end

for _, entry in ipairs(left) do
  local first, own = entry[1], entry[2]
  local a, b, cost = tonumber(ARGV[first]), tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
  local bucket, problem = token_bucket.load(KEYS[entry[3]], "t", a, b, now, ARGV[own + 1])
  if bucket then
    local charges = { { bucket = bucket, algorithm = token_bucket, cost = cost } }
    replies[#replies + 1] = answer("0", tonumber(ARGV[own]), 0, 1, 0, "", "", charges, {})
  else
    replies[#replies + 1] = { "refused", problem }
  end
end
place = place + 1
for question = 1, questions do
  local count, ahead, group = tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2]), tonumber(ARGV[place + 3])
  local within, many = tonumber(ARGV[place + 4]), tonumber(ARGV[place + 7])
  local scaled, standings, following = {}, {}, place + 8 + many * 5
  local owns = tonumber(ARGV[following])
  for index = 1, owns do
    local first = following + 1 + (index - 1) * 6
    standings[index] = standing.load(KEYS[key + many + index - 1], first, place + 8, now, scaled)
  end
  local charges, problem = load_charges(place + 8, key, many, now, scaled)
  if charges then
    replies[#replies + 1] =
      answer(ARGV[place], count, ahead, group, within, ARGV[place + 5], ARGV[place + 6], charges, standings)
  else
    replies[#replies + 1] = { "refused", problem }
  end
  place = following + 1 + owns * 6
  key = key + many + owns
end
return replies
