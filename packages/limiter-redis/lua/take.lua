-- take: answer the questions of one process and turn for units. Each books up to `count` units, each unit taking all charges of the
-- question together: those free now, then at most `ahead` groups in the future.
--
-- Most questions are about one token bucket, now or no, with one standing at most, and most such buckets have nothing to them but a level.
-- These come first, by a short way; where it does not do, they go the long way like the others.
--
-- KEYS      state of the buckets, in the order of the questions and their charges; all carry one {hash tag}
-- ARGV[1]   deadline        microseconds of the store's clock; a command that runs later does nothing; 0 for none
-- ARGV[2]   groups          of short questions about token buckets with equal numbers; how many follow
-- for each: rate, burst, cost, questions, conduct; the last is 1 where a standing goes with each question, whose KEY follows that of the
--           bucket, else 0
-- with 1    recovery, steps, most bonus, generation, penalty, above, elastic of all of them; see includes/standing.lua
-- then      two a question:
--           count           units wanted, >= 1; with a standing those of as many callers, of whom each may be refused
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
-- Returns   one text where all answers are short: one reply of many figures costs both sides a fraction of many replies; else {that text,
--           answer, ...}, in microseconds from now
--           text: "seconds microseconds", which is now, and for each short question in turn " next remaining idle units born step"; -1 alone
--           where the answer is a long one; with a standing thousandths of violations, quadrillionths of a bonus, and the number of the
--           step follow
--           answer: {next, binding, remaining, idle, floors, standings, least, at, units, at, units, ...} | {"refused", reason}; those of short
--           questions first
--           {"late", now} when it ran after its deadline
-- Writes    KEYS only, and only when it takes, finds that the store lost something or that its clock was set back, or takes note of
--           conduct; every key expires when its bucket is idle
--@include numbers
--@include conduct

local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
local deadline = tonumber(ARGV[1])
if deadline > 0 and now > deadline then return { "late", text(now) } end

local floor, ceil, match, format = math.floor, math.ceil, string.match, string.format
local short, left, place, key = { time[1], time[2] }, {}, 3, 1
for group = 1, tonumber(ARGV[2]) do
  local first, rate, burst, cost = place, tonumber(ARGV[place]), tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2])
  local questions, conduct = tonumber(ARGV[place + 3]), ARGV[place + 4] == "1"
  local whole_rate, whole_burst, micro, keys = rate, burst, cost * 1000000, 1
  local recovery, steps, most_bonus, generation, penalty, above, elastic
  place = place + 5
  if conduct then
    recovery, steps, most_bonus, generation = tonumber(ARGV[place]), ARGV[place + 1], tonumber(ARGV[place + 2]), ARGV[place + 3]
    penalty, above, elastic = tonumber(ARGV[place + 4]), tonumber(ARGV[place + 5]), ARGV[place + 6] == "1"
    place, keys = place + 7, 2
  end
  for question = 1, questions do
    local count, known = tonumber(ARGV[place]), ARGV[place + 1]
    local since, violations, written, there, bonus, step_of
    if conduct then
      since, violations, written, there = conduct_of(redis.pcall("GET", KEYS[key + 1]), generation, recovery, now)
      rate, bonus, step_of = conduct_rate(since, violations, there, recovery, steps, most_bonus, now)
      burst = whole_burst
      if rate ~= 1 then burst = conduct_size(rate, whole_burst, cost, above, elastic) end
      rate = rate * whole_rate
    end
    local cap = burst * 1000000
    local raw = redis.pcall("GET", KEYS[key])
    -- The steps are those of includes/token-bucket.lua.
    local born, step, level, at
    if not raw then
      if known == "" then born, step, level, at = now, 0, cap, now end
    elseif type(raw) == "string" then
      born, step, level, at = match(raw, "^1|(%d+)|(%d+)|(%-?%d+)|(%d+)|0|||$")
      if born then
        if known ~= "" then
          local same, seen = match(known, "^(%d+):(%d+):")
          if same ~= born or tonumber(seen) > tonumber(step) then born = nil end
        end
        step, level, at = tonumber(step), tonumber(level), tonumber(at)
        if level > cap then level = cap end
        -- The store's clock was set back.
        if at > now then born = nil end
      end
    end
    -- Levels above 2^53 are not exact to the last digit: the long way.
    if not born or cap > 9007199254740992 then
      left[#left + 1] = { first, place, key }
      short[#short + 1] = "-1"
    else
      local grown = level + floor((now - at) * rate)
      if grown > cap then grown = cap end
      local taken = floor(grown / micro)
      if taken > count then taken = count elseif taken < 0 then taken = 0 end
      if taken > 0 then
        level = grown - taken * micro
        grown = level
        at = now
        step = step + 1
      end
      local missing, idle, since_at = cap - level, 0, now - at
      if missing > 0 then
        idle = ceil(missing / rate)
        while floor(idle * rate) < missing do idle = idle + 1 end
      end
      local following = 0
      if grown < micro then
        following = ceil((micro - level) / rate)
        while floor(following * rate) < micro - level do following = following + 1 end
        following = following - since_at
        if following < 0 then following = 0 end
      end
      if taken > 0 then
        local state = format("1|%d|%d|%d|%d|0|||", born, step, level, at)
        redis.call("SET", KEYS[key], state, "PX", ceil(idle / 1000) + 1)
      end
      short[#short + 1] = format(
        "%d %d %d %d %d %d", following, grown > 0 and grown / 1000000 or 0, idle > since_at and idle - since_at or 0, taken, born, step
      )
      if conduct then
        violations = conduct_after(
          KEYS[key + 1], generation, recovery, since, violations, written, there, penalty * (count - taken), now
        )
        short[#short + 1] = format("%d %d %d", violations * 1000 + 0.5, bonus * 1000000000000000 + 0.5, step_of)
      end
    end
    place = place + 2
    key = key + keys
  end
end
short = table.concat(short, " ")
local questions = tonumber(ARGV[place])
if questions == 0 and #left == 0 then return short end
local replies = { short }

--@include share
--@include provider-window
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

-- `callers` is how many wanted the units: each who gets none is a refusal of his own.
local function answer(peek, count, ahead, group, within, id, loan, charges, standings, callers)
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
    if peek ~= "1" then standing.after(own, taken < callers and binding or nil, callers - taken) end
    sights[index] = standing.sight(own)
  end
  local reply = { next_at - now, binding - 1, remaining, idle - now, known_of(charges), sights, least - 1 }
  for index, value in ipairs(slots) do reply[7 + index] = value end
  return reply
end

-- Answers the question whose arguments begin at `place` and whose keys begin at `key`; returns where the next ones begin.
local function long_answer(place, key, callers)
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
      answer(ARGV[place], count, ahead, group, within, ARGV[place + 5], ARGV[place + 6], charges, standings, callers)
  else
    replies[#replies + 1] = { "refused", problem }
  end
  return following + 1 + owns * 6, key + many + owns
end

-- Short questions that turned out to be long ones are written behind the others, as such.
local behind = #ARGV
local function write(...)
  for index = 1, select("#", ...) do ARGV[behind + index] = (select(index, ...)) end
  behind = behind + select("#", ...)
end
for _, entry in ipairs(left) do
  local first, own, own_key = entry[1], entry[2], entry[3]
  local begins, conduct = behind + 1, ARGV[first + 4]
  write("0", ARGV[own], "0", "1", "0", "", "", "1", "t", ARGV[first], ARGV[first + 1], ARGV[first + 2], ARGV[own + 1], conduct)
  if conduct == "1" then
    local above, elastic = ARGV[first + 10], ARGV[first + 11]
    write(ARGV[first + 5], ARGV[first + 6], ARGV[first + 7], ARGV[first + 8], ARGV[first + 9], "0:" .. above .. ":" .. elastic)
  end
  long_answer(begins, own_key, tonumber(ARGV[own]))
end
place = place + 1
for question = 1, questions do place, key = long_answer(place, key, 1) end
return replies
