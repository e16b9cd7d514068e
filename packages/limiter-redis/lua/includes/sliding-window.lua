-- Exact sliding window (w) with tokens in the future, and places of a concurrency limit (c), whose window is the lease; the same steps
-- as algorithms/sliding-window.ts.
--
-- State, one sorted set: a member per token, scored by its instant in microseconds of the store's clock, and some with negative
-- scores: one named after the state's version, scored minus the instant until which the bucket is paused, or -1; one named b and
-- when this state came into being, scored minus the instant of its writing; one named s and the share that strangers leave; one
-- named o and what the provider's window has left, see includes/provider-window.lua; one named n while somebody needs a place.
-- A token at e counts in every window that ends at t with t - window < e <= t.
-- Floor, what a process last knew: born:tokens in the window:instant of the last of them. It makes up for a state that was lost; one
-- that went because its time was over is told from it by that instant.
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

-- Tokens that fit now, into the provider's window too.
local function sw_open(bucket)
  return math.min(sw_free(bucket, bucket.now), provider_window.left(bucket.theirs, bucket.now))
end

local function sw_last(bucket)
  local last = redis.call("ZREVRANGEBYSCORE", bucket.key, "+inf", "(0", "WITHSCORES", "LIMIT", "0", "1")
  return tonumber(last[2]) or 0
end

local function sw_tune(bucket)
  if not bucket.share then return end
  bucket.limit = math.max(1, math.floor(bucket.whole * share.at(bucket.share, bucket.now)))
end

-- A key of another type is nobody's state: it is replaced.
local function sw_claim(bucket)
  if not bucket.foreign then return end
  redis.call("DEL", bucket.key)
  bucket.foreign = false
end

-- The store may have lost what a process knows: that many tokens count again, as if all had been taken with the last of them.
local function sw_raise(bucket, floor)
  local born, used, at = string.match(floor, "^(%d+):(%d+):(%d+)$")
  if not born or born == bucket.born then return end
  at = math.min(tonumber(at), bucket.now)
  if at + bucket.window <= bucket.now then return end
  sw_claim(bucket)
  local missing = tonumber(used) - sw_used(bucket, bucket.now)
  if missing <= 0 then return end
  for token = 1, missing do redis.call("ZADD", bucket.key, text(at), "known" .. born .. "." .. text(token)) end
  bucket.last = math.max(bucket.last, at)
  sliding_window.save(bucket)
end

-- The store's clock was set back behind the state: all of it moves back too, as if it had been written just now.
local function sw_set_back(bucket, by)
  local found = redis.call("ZRANGEBYSCORE", bucket.key, "(0", "+inf", "WITHSCORES")
  for index = 1, #found, 2 do
    redis.call("ZADD", bucket.key, text(math.max(1, tonumber(found[index + 1]) - by)), found[index])
  end
  bucket.paused = math.max(0, bucket.paused - by)
  share.set_back(bucket.share, by)
  provider_window.set_back(bucket.theirs, by)
end

function sliding_window.load(key, kind, limit, window, now, floor)
  local bucket = {
    key = key, limit = limit, whole = limit, window = window, now = now, paused = 0, last = 0,
    places = kind == "c", algorithm = sliding_window, bookable = kind ~= "c",
  }
  local meta = redis.pcall("ZRANGEBYSCORE", key, "-inf", "(0", "WITHSCORES")
  if meta.err then
    bucket.foreign = true
    meta = {}
  end
  local written = 0
  for index = 1, #meta, 2 do
    local letter, rest = string.sub(meta[index], 1, 1), string.sub(meta[index], 2)
    if letter == "v" then
      if rest ~= "1" then return nil, "state of version " .. meta[index] end
      if tonumber(meta[index + 1]) < -1 then bucket.paused = -tonumber(meta[index + 1]) end
    elseif letter == "b" then
      bucket.born = rest
      written = -tonumber(meta[index + 1])
    elseif letter == "s" then
      bucket.saved_share = meta[index]
      bucket.share = share.load(rest, now)
    elseif letter == "o" then
      bucket.saved_theirs = meta[index]
      bucket.theirs = provider_window.load(rest, now)
    elseif letter == "n" then
      bucket.needed = true
    end
  end
  if written > now then sw_set_back(bucket, written - now) end
  sw_tune(bucket)
  if not bucket.born then
    bucket.born = text(now)
  end
  if not bucket.foreign then bucket.last = sw_last(bucket) end
  if written > now then sliding_window.save(bucket) end
  if floor ~= "" then sw_raise(bucket, floor) end
  return bucket
end

function sliding_window.units(bucket, cost)
  if bucket.now < bucket.paused then return 0 end
  if bucket.foreign then return math.floor(bucket.limit / cost) end
  local units = math.max(0, math.floor(sw_open(bucket) / cost))
  if units == 0 and cost > bucket.limit and sliding_window.earliest(bucket, cost, bucket.now) == bucket.now then return 1 end
  return units
end

function sliding_window.most(bucket, cost)
  return math.floor(bucket.whole / cost)
end

function sliding_window.earliest(bucket, cost, from)
  local t = provider_window.earliest(bucket.theirs, cost, math.max(from, bucket.paused))
  if bucket.foreign then return t end
  -- A share below the cost would never do, and the whole may come back.
  local limit = math.max(bucket.limit, cost)
  while true do
    local excess = sw_used(bucket, t) + cost - limit
    if excess > 0 then
      local oldest = redis.call("ZRANGEBYSCORE", bucket.key, "(" .. text(math.max(0, t - bucket.window)), "+inf", "WITHSCORES", "LIMIT", text(excess - 1), "1")
      t = tonumber(oldest[2]) + bucket.window
    else
      local blocked = nil
      for _, at in ipairs(sw_later(bucket, t)) do
        if sw_used(bucket, at) + cost > limit then
          blocked = at
          break
        end
      end
      if not blocked then return t end
      t = blocked
    end
  end
end

local function sw_add(bucket, cost, units, at, id, first)
  sw_claim(bucket)
  redis.call("ZREMRANGEBYSCORE", bucket.key, "(0", text(bucket.now - bucket.window))
  local score = text(at)
  for unit = first, first + units - 1 do
    for token = 1, cost do redis.call("ZADD", bucket.key, score, id .. "." .. text(unit) .. "." .. text(token)) end
  end
  bucket.last = math.max(bucket.last, at)
end

function sliding_window.take(bucket, cost, units, at, id, first)
  provider_window.take(bucket.theirs, cost * units, at)
  sw_add(bucket, cost, units, at, id, first)
end

function sliding_window.give_back(bucket, cost, at, id, unit)
  if bucket.foreign then return end
  provider_window.give_back(bucket.theirs, cost, at)
  for token = 1, cost do redis.call("ZREM", bucket.key, id .. "." .. text(unit) .. "." .. text(token)) end
  bucket.last = sw_last(bucket)
end

-- A provider counts a request when it arrives; one that is answered later than two seconds was counted before.
function sliding_window.landed(bucket, cost, at, id, unit)
  if bucket.foreign or bucket.places then return end
  local till = math.min(bucket.now, at + 2000000)
  -- One that has left the window already stays gone.
  if till <= at or at + bucket.window <= bucket.now then return end
  for token = 1, cost do
    redis.call("ZADD", bucket.key, "XX", text(till), id .. "." .. text(unit) .. "." .. text(token))
  end
  bucket.last = sw_last(bucket)
end

-- Holds a place for another lease; false when it was lost.
function sliding_window.renew(bucket, cost, at, id, unit)
  if not bucket.places then return true end
  if bucket.foreign then return false end
  local member = id .. "." .. text(unit) .. "."
  for token = 1, cost do
    local score = redis.call("ZSCORE", bucket.key, member .. text(token))
    if not score or tonumber(score) + bucket.window <= bucket.now then return false end
  end
  for token = 1, cost do redis.call("ZADD", bucket.key, "XX", text(bucket.now), member .. text(token)) end
  bucket.last = sw_last(bucket)
  return true
end

function sliding_window.refused(bucket)
  if bucket.places or bucket.now < bucket.paused then return end
  sw_claim(bucket)
  local fresh
  bucket.share, fresh = share.refused(bucket.share, bucket.now, sw_used(bucket, bucket.now) / bucket.whole)
  if fresh then sw_tune(bucket) end
end

-- Somebody waits for a place: whoever releases one says so.
function sliding_window.need(bucket)
  if bucket.places and not bucket.foreign and not bucket.needed and bucket.last > 0 then redis.call("ZADD", bucket.key, "-1", "n") end
end

-- Whether somebody waited for a place, who is then to be told.
function sliding_window.heed(bucket)
  if not bucket.needed then return false end
  redis.call("ZREM", bucket.key, "n")
  bucket.needed = false
  return true
end

function sliding_window.pause(bucket, till)
  bucket.paused = math.max(bucket.paused, till)
end

function sliding_window.lower(bucket, remaining, id, ends)
  if bucket.places then return end
  sw_claim(bucket)
  local whole = math.floor(remaining)
  if ends then
    bucket.theirs = provider_window.lowered(bucket.theirs, whole, bucket.whole, ends, bucket.now)
    return
  end
  local surplus = bucket.limit - sw_used(bucket, bucket.now) - whole
  if surplus > 0 then sw_add(bucket, surplus, 1, bucket.now, id, 0) end
end

function sliding_window.remaining(bucket)
  if bucket.now < bucket.paused then return 0 end
  if bucket.foreign then return bucket.limit end
  return math.max(0, sw_open(bucket))
end

function sliding_window.idle_at(bucket)
  local last = 0
  if bucket.last > 0 then last = bucket.last + bucket.window end
  return math.max(bucket.now, last, bucket.paused, provider_window.ends(bucket.theirs))
end

function sliding_window.floor(bucket)
  if bucket.foreign then return "" end
  return bucket.born .. ":" .. text(sw_used(bucket, bucket.now)) .. ":" .. text(math.min(bucket.now, bucket.last))
end

-- Writes what is known now as a member of that letter, in place of what was known before; empty for nothing.
local function sw_replace(bucket, letter, part, saved)
  local member = part ~= "" and letter .. part or nil
  if saved and saved ~= member then redis.call("ZREM", bucket.key, saved) end
  if member then redis.call("ZADD", bucket.key, "-1", member) end
  return member
end

function sliding_window.save(bucket)
  local left = math.max(sliding_window.idle_at(bucket), share.ends(bucket.share)) - bucket.now
  local expiry = expiry_of(bucket.key, left)
  if not expiry then
    redis.call("DEL", bucket.key)
    return
  end
  sw_claim(bucket)
  local score = -1
  if bucket.paused > bucket.now then score = -bucket.paused end
  redis.call("ZADD", bucket.key, text(score), "v1", text(-bucket.now), "b" .. bucket.born)
  bucket.saved_share = sw_replace(bucket, "s", share.save(bucket.share), bucket.saved_share)
  bucket.saved_theirs = sw_replace(bucket, "o", provider_window.save(bucket.theirs, bucket.now), bucket.saved_theirs)
  redis.call("PEXPIRE", bucket.key, expiry)
end
