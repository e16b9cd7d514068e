-- Conduct that changes rates; the same steps as standing/standing.ts and standing/scale-limit.ts.
--
-- State, one string: version|generation|since|violations|at
--   generation  states of another one count as new
--   since       microseconds of the store's clock; the bonus grows from here on
--   violations  as many as there were at `at`
-- Six arguments a standing: recovery in microseconds; steps as violations:rate,... in rising order; most bonus; generation; penalty;
-- the charges that follow it as index:burst:elastic,...
--@include conduct
local standing = {}

local function st_scale(own, charge)
  local kind, a, b, cost = ARGV[charge.base], tonumber(ARGV[charge.base + 1]), tonumber(ARGV[charge.base + 2]), tonumber(ARGV[charge.base + 3])
  local rate = own.rate
  if rate == 1 or kind == "c" or not (a and b and cost) then return nil end
  if kind == "t" then return { a * rate, conduct_size(rate, b, cost, charge.burst, charge.elastic) } end
  if kind == "l" then return { a * rate, b } end
  return { conduct_size(rate, a, cost, charge.burst, charge.elastic), b }
end

-- The standing of ARGV[first] and following in `key`; notes in `scaled` what its charges become, whose arguments begin at `base`.
function standing.load(key, first, base, now, scaled)
  local own = {
    key = key, recovery = tonumber(ARGV[first]), generation = ARGV[first + 3], penalty = tonumber(ARGV[first + 4]), follows = {}, now = now,
  }
  own.since, own.left, own.at, own.known = conduct_of(redis.pcall("GET", key), own.generation, own.recovery, now)
  own.rate, own.bonus, own.step =
    conduct_rate(own.since, own.left, own.known, own.recovery, ARGV[first + 1], tonumber(ARGV[first + 2]), now)
  for index, burst, elastic in string.gmatch(ARGV[first + 5], "(%d+):(%d+):(%d)") do
    index = tonumber(index)
    own.follows[index + 1] = true
    scaled[index + 1] = st_scale(own, { base = base + index * 5, burst = tonumber(burst), elastic = elastic == "1" })
  end
  return own
end

-- After a call; `refused_by` is the charge that had to be waited for, nil when none had, and as many were refused.
function standing.after(own, refused_by, refused)
  local penalty = 0
  if refused_by and own.follows[refused_by] then penalty = own.penalty * refused end
  own.left = conduct_after(own.key, own.generation, own.recovery, own.since, own.left, own.at, own.known, penalty, own.now)
end

function standing.sight(own)
  return string.format("%.3f|%.17g|%.17g", own.left, own.bonus, own.rate)
end
