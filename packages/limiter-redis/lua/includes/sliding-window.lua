-- Exact sliding window with tokens in the future; the same steps as algorithms/sliding-window.ts.
--
-- State, one sorted set: a member per token, scored by its instant in microseconds of the store's clock, and one member
-- named after the state's version, scored minus the instant until which the bucket is paused, or -1.
-- A token at e counts in every window that ends at t with t - window < e <= t.
local sliding_window = {}

local function sw_used(bucket, t)
  return redis.call("ZCOUNT", bucket.key, "(" .. text(math.max(0, t - bucket.window)), text(t))
end

-- Instants of tokens in (t, t + window), each once.
local function sw_later(bucket, t)
  if t >= bucket.last then return {} end
  local found = redis.call("ZRANGEBYSCORE", bucket.key, "(" .. text(t), "(" .. text(t + bucket.window), "WITHSCORES")
  local later = {}
  for index = 2, #found, 2 do
    local at = tonumber(found[index])
    if later[#later] ~= at then later[#later + 1] = at end
  end
  return later
end

local function sw_free(bucket, now)
  local most = sw_used(bucket, now)
  for _, at in ipairs(sw_later(bucket, now)) do most = math.max(most, sw_used(bucket, at)) end
  return bucket.limit - most
end

local function sw_last(bucket)
  local last = redis.call("ZREVRANGEBYSCORE", bucket.key, "+inf", "(0", "WITHSCORES", "LIMIT", "0", "1")
  return tonumber(last[2]) or 0
end

function sliding_window.load(key, limit, window, now)
  local bucket = { key = key, limit = limit, window = window, now = now, paused = 0, algorithm = sliding_window }
  local meta = redis.pcall("ZRANGEBYSCORE", key, "-inf", "(0", "WITHSCORES")
  if meta.err then
    bucket.foreign = true
    bucket.last = 0
    meta = {}
  end
  if meta[1] and meta[1] ~= "v1" then return nil, "state of version " .. meta[1] end
  if meta[2] and tonumber(meta[2]) < -1 then bucket.paused = -tonumber(meta[2]) end
  if not bucket.foreign then bucket.last = sw_last(bucket) end
  return bucket
end

function sliding_window.units(bucket, cost)
  if bucket.now < bucket.paused then return 0 end
  if bucket.foreign then return math.floor(bucket.limit / cost) end
  return math.max(0, math.floor(sw_free(bucket, bucket.now) / cost))
end

function sliding_window.earliest(bucket, cost, from)
  local t = math.max(from, bucket.paused)
  if bucket.foreign then return t end
  while true do
    local excess = sw_used(bucket, t) + cost - bucket.limit
    if excess > 0 then
      local oldest = redis.call("ZRANGEBYSCORE", bucket.key, "(" .. text(math.max(0, t - bucket.window)), "+inf", "WITHSCORES", "LIMIT", text(excess - 1), "1")
      t = tonumber(oldest[2]) + bucket.window
    else
      local blocked = nil
      for _, at in ipairs(sw_later(bucket, t)) do
        if sw_used(bucket, at) + cost > bucket.limit then
          blocked = at
          break
        end
      end
      if not blocked then return t end
      t = blocked
    end
  end
end

-- A key of another type is nobody's state: it is replaced.
local function sw_claim(bucket)
  if not bucket.foreign then return end
  redis.call("DEL", bucket.key)
  bucket.foreign = false
end

function sliding_window.take(bucket, cost, units, at, id, first)
  sw_claim(bucket)
  redis.call("ZREMRANGEBYSCORE", bucket.key, "(0", text(bucket.now - bucket.window))
  local score = text(at)
  for unit = first, first + units - 1 do
    for token = 1, cost do redis.call("ZADD", bucket.key, score, id .. "." .. text(unit) .. "." .. text(token)) end
  end
  bucket.last = math.max(bucket.last, at)
end

function sliding_window.give_back(bucket, cost, at, id, unit)
  if bucket.foreign then return end
  for token = 1, cost do redis.call("ZREM", bucket.key, id .. "." .. text(unit) .. "." .. text(token)) end
  bucket.last = sw_last(bucket)
end

-- A provider counts a request when it arrives; one that is answered later than two seconds was counted before.
function sliding_window.landed(bucket, cost, at, id, unit)
  if bucket.foreign then return end
  local till = math.min(bucket.now, at + 2000000)
  -- One that has left the window already stays gone.
  if till <= at or at + bucket.window <= bucket.now then return end
  for token = 1, cost do
    redis.call("ZADD", bucket.key, "XX", text(till), id .. "." .. text(unit) .. "." .. text(token))
  end
  bucket.last = sw_last(bucket)
end

function sliding_window.pause(bucket, till)
  bucket.paused = math.max(bucket.paused, till)
end

function sliding_window.lower(bucket, remaining, id)
  sw_claim(bucket)
  local surplus = bucket.limit - sw_used(bucket, bucket.now) - math.floor(remaining)
  if surplus > 0 then sliding_window.take(bucket, surplus, 1, bucket.now, id, 0) end
end

function sliding_window.remaining(bucket)
  if bucket.now < bucket.paused then return 0 end
  if bucket.foreign then return bucket.limit end
  return math.max(0, sw_free(bucket, bucket.now))
end

function sliding_window.idle_at(bucket)
  local last = 0
  if bucket.last > 0 then last = bucket.last + bucket.window end
  return math.max(bucket.now, last, bucket.paused)
end

function sliding_window.save(bucket)
  local left = sliding_window.idle_at(bucket) - bucket.now
  if left <= 0 then
    redis.call("DEL", bucket.key)
    return
  end
  sw_claim(bucket)
  local score = -1
  if bucket.paused > bucket.now then score = -bucket.paused end
  redis.call("ZADD", bucket.key, text(score), "v1")
  redis.call("PEXPIRE", bucket.key, text(math.ceil(left / 1000) + 1))
end
