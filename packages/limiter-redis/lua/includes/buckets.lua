-- What every script begins with: the store's clock, and the buckets of the charges, checked before anything is written.
--
-- Four arguments a charge, from ARGV[first] on: t (token bucket) or w (window); rate or limit; burst or window in
-- microseconds; cost.
local algorithms = { t = token_bucket, w = sliding_window }

local function store_now()
  local time = redis.call("TIME")
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function load_charges(first, now)
  local charges = {}
  for index, key in ipairs(KEYS) do
    local base = first + (index - 1) * 4
    local algorithm = algorithms[ARGV[base]]
    local a, b, cost = tonumber(ARGV[base + 1]), tonumber(ARGV[base + 2]), tonumber(ARGV[base + 3])
    if not (algorithm and a and b and cost and a > 0 and b > 0 and cost >= 1) then
      return nil, "arguments of charge " .. index
    end
    local bucket, problem = algorithm.load(key, a, b, now)
    if not bucket then return nil, problem end
    local capacity = b
    if ARGV[base] == "w" then capacity = a end
    charges[index] = { bucket = bucket, algorithm = algorithm, cost = cost, capacity = capacity }
  end
  return charges
end

local function save_charges(charges)
  for _, charge in ipairs(charges) do charge.algorithm.save(charge.bucket) end
end
