-- What every script begins with: the buckets of the charges, checked before anything is written.
--
-- Five arguments a charge: kind; rate, limit or places; burst, or window or lease in microseconds; cost; what the process last
-- knew of the bucket, empty for nothing. Kinds: t token bucket, l leaky bucket, w sliding window, f fixed window,
-- s sliding window by two counts, c concurrency.
local algorithms = {
  t = token_bucket, l = token_bucket, w = sliding_window, c = sliding_window, f = counted_window, s = counted_window,
}

-- The charges of KEYS[first_key] and following, with arguments from ARGV[first] on. `scaled` has other numbers for some of them.
local function load_charges(first, first_key, count, now, scaled)
  local charges = {}
  for index = 1, count do
    local base = first + (index - 1) * 5
    local kind = ARGV[base]
    local algorithm = algorithms[kind]
    local a, b, cost = tonumber(ARGV[base + 1]), tonumber(ARGV[base + 2]), tonumber(ARGV[base + 3])
    local key, floor = KEYS[first_key + index - 1], ARGV[base + 4]
    if scaled and scaled[index] then
      a, b = scaled[index][1], scaled[index][2]
    end
    if not (algorithm and a and b and cost and key and floor and a > 0 and b > 0 and cost >= 1) then
      return nil, "arguments of charge " .. index
    end
    local bucket, problem = algorithm.load(key, kind, a, b, now, floor)
    if not bucket then return nil, problem end
    charges[index] = { bucket = bucket, algorithm = algorithm, cost = cost }
  end
  return charges
end

local function save_charges(charges)
  for _, charge in ipairs(charges) do charge.algorithm.save(charge.bucket) end
end

local function known_of(charges)
  local floors = {}
  for index, charge in ipairs(charges) do floors[index] = charge.algorithm.floor(charge.bucket) end
  return floors
end
