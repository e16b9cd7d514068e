-- Conduct that changes rates; the same steps as standing/standing.ts and standing/scale-limit.ts.
--
-- State, one string: version|generation|since|violations|at
--   generation  states of another one count as new
--   since       microseconds of the store's clock; the bonus grows from here on
--   violations  as many as there were at `at`
-- Six arguments a standing: recovery in microseconds; steps as violations:rate,... in rising order; most bonus; generation; penalty;
-- the charges that follow it as index:burst:elastic,...
local standing = {}
local MOST_VIOLATIONS, REFRESHES = 1000000, 8

local function st_violations(own, now)
  if own.violations == 0 or own.recovery == 0 then return 0 end
  local ends = math.max(own.since, own.at + 1)
  local left = (ends - now) / (ends - own.at)
  return own.violations * math.min(1, math.max(0, left))
end

local function st_scale(own, charge)
  local kind, a, b, cost = ARGV[charge.base], tonumber(ARGV[charge.base + 1]), tonumber(ARGV[charge.base + 2]), tonumber(ARGV[charge.base + 3])
  local rate = own.rate
  if rate == 1 or kind == "c" or not (a and b and cost) then return nil end
  local function size(whole)
    local above = math.min(charge.burst, whole)
    local part = above * rate
    if charge.elastic then
      if rate < 1 then part = 0 else part = above end
    end
    return math.max(1, cost, math.floor((whole - above) * rate + part))
  end
  if kind == "t" then return { a * rate, size(b) } end
  if kind == "l" then return { a * rate, b } end
  return { size(a), b }
end

-- The standing of ARGV[first] and following in `key`; notes in `scaled` what its charges become, whose arguments begin at `base`.
function standing.load(key, first, base, now, scaled)
  local own = {
    key = key, recovery = tonumber(ARGV[first]), most_bonus = tonumber(ARGV[first + 2]), generation = ARGV[first + 3],
    penalty = tonumber(ARGV[first + 4]), follows = {}, since = now, violations = 0, at = now, now = now, rate = 1, bonus = 0,
  }
  local raw = redis.pcall("GET", key)
  if type(raw) == "string" then
    local generation, since, violations, at = string.match(raw, "^1|([^|]*)|(%d+)|([%d%.]+)|(%d+)$")
    if generation == own.generation then
      own.known = true
      -- The store's clock was set back behind the state: it moves back as a whole.
      local by = math.max(0, tonumber(at) - now)
      own.since, own.violations, own.at = tonumber(since) - by, tonumber(violations), tonumber(at) - by
    end
  end
  own.left = st_violations(own, now)
  for violations, rate in string.gmatch(ARGV[first + 1], "([%d%.]+):([%d%.e%-]+)") do
    if math.ceil(own.left) >= tonumber(violations) then own.rate = tonumber(rate) end
  end
  if own.rate >= 1 and own.known and own.recovery > 0 then
    own.bonus = own.most_bonus * math.min(1, math.max(0, (now - own.since) / own.recovery))
  end
  own.rate = own.rate * (1 + own.bonus)
  for index, burst, elastic in string.gmatch(ARGV[first + 5], "(%d+):(%d+):(%d)") do
    index = tonumber(index)
    own.follows[index + 1] = true
    scaled[index + 1] = st_scale(own, { base = base + index * 5, burst = tonumber(burst), elastic = elastic == "1" })
  end
  return own
end

-- After a call; `refused_by` is the charge that had to be waited for, nil when none had.
function standing.after(own, refused_by)
  local since, violations, at = own.since, own.left, own.now
  if refused_by and own.follows[refused_by] and own.penalty > 0 then
    violations = math.min(MOST_VIOLATIONS, violations + own.penalty)
    since = own.now + own.recovery
    own.left = violations
  elseif own.known and own.now - own.at < own.recovery / REFRESHES then
    return
  end
  local state = string.format("1|%s|%.0f|%.3f|%.0f", own.generation, since, violations, at)
  redis.call("SET", own.key, state, "PX", text(math.max(1, math.ceil(own.recovery / 1000))))
end

function standing.sight(own)
  return string.format("%.3f|%.17g|%.17g", own.left, own.bonus, own.rate)
end
