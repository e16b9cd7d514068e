-- Windows of which only counts are kept; the same steps as algorithms/counted-window.ts: fixed (f), sliding by two counts (s).
--
-- State, one string: version|born|at|anchor|paused|count,count,...;theirs|share   with count = number of the window:tokens:instant of the
--   first, and ;theirs only where something is known of the provider's window, see includes/provider-window.lua
--   at   instant of its writing, microseconds of the store's clock
-- Floor, what a process last knew: born|instant|anchor|count,count,...  It makes up for a state that was lost.
local counted_window = {}

local function cw_index(bucket, t)
  return math.floor((t - bucket.anchor) / bucket.window)
end

local function cw_start(bucket, index)
  return bucket.anchor + index * bucket.window
end

local function cw_used(bucket, index)
  local count = bucket.counts[index]
  if count then return count.used end
  return 0
end

-- What a window before still counts, so far into the one after it.
local function cw_carried(bucket, used, into)
  if used == 0 then return 0 end
  return (used * (bucket.window - into)) / bucket.window
end

local function cw_into(bucket, t)
  return t - cw_start(bucket, cw_index(bucket, t))
end

local function cw_next_holds(bucket, index, cost, limit)
  local following = nil
  if bucket.sliding then following = bucket.counts[index + 1] end
  if not following then return true end
  local carried = cw_carried(bucket, cw_used(bucket, index) + cost, following.first - cw_start(bucket, index + 1))
  return carried <= limit - following.used
end

local function cw_free(bucket)
  if next(bucket.counts) == nil then return bucket.limit end
  local index, before = cw_index(bucket, bucket.now), 0
  if bucket.sliding then before = cw_carried(bucket, cw_used(bucket, index - 1), cw_into(bucket, bucket.now)) end
  local free = math.floor(bucket.limit - cw_used(bucket, index) - before)
  local following = nil
  if bucket.sliding then following = bucket.counts[index + 1] end
  if not following then return free end
  local part = cw_carried(bucket, 1, following.first - cw_start(bucket, index + 1))
  local most = free
  if part ~= 0 then most = math.min(free, math.ceil((bucket.limit - following.used) / part) - cw_used(bucket, index)) end
  while most > 0 and not cw_next_holds(bucket, index, most, bucket.limit) do most = most - 1 end
  return most
end

-- Whole tokens that fit now, in the provider's window too.
local function cw_open(bucket)
  return math.min(cw_free(bucket), provider_window.left(bucket.theirs, bucket.now))
end

local function cw_trim(bucket)
  local oldest = cw_index(bucket, bucket.now)
  if bucket.sliding then oldest = oldest - 1 end
  for index in pairs(bucket.counts) do
    if index < oldest then bucket.counts[index] = nil end
  end
end

local function cw_add(bucket, index, cost, at)
  local count = bucket.counts[index]
  if not count then
    bucket.counts[index] = { used = cost, first = at }
    return
  end
  count.used = count.used + cost
  count.first = math.min(count.first, at)
end

local function cw_tune(bucket)
  if not bucket.share then return end
  bucket.limit = math.max(1, math.floor(bucket.whole * share.at(bucket.share, bucket.now)))
end

local function cw_read_counts(raw)
  local counts = {}
  for index, used, first in string.gmatch(raw, "(%-?%d+):(%d+):(%d+)") do
    counts[tonumber(index)] = { used = tonumber(used), first = tonumber(first) }
  end
  return counts
end

local function cw_write_counts(bucket)
  local counts = {}
  for index, count in pairs(bucket.counts) do
    counts[#counts + 1] = text(index) .. ":" .. text(count.used) .. ":" .. text(count.first)
  end
  return table.concat(counts, ",")
end

-- The store's clock was set back behind the state: all of it moves back too, as if it had been written just now.
local function cw_set_back(bucket, by)
  bucket.anchor = bucket.anchor - by
  for _, count in pairs(bucket.counts) do count.first = count.first - by end
  bucket.paused = math.max(0, bucket.paused - by)
  share.set_back(bucket.share, by)
  provider_window.set_back(bucket.theirs, by)
end

-- The store may have lost what a process knows: the fuller of the two windows holds.
local function cw_raise(bucket, floor)
  local born, at, anchor, raw = string.match(floor, "^(%d+)|(%d+)|(%d+)|(.*)$")
  if not born or born == bucket.born then return end
  local known = { anchor = tonumber(anchor), window = bucket.window, sliding = bucket.sliding, now = bucket.now, paused = 0 }
  known.counts = cw_read_counts(raw)
  -- What was known by a clock ahead of this one counts from now.
  if tonumber(at) > bucket.now then cw_set_back(known, tonumber(at) - bucket.now) end
  cw_trim(known)
  if next(known.counts) == nil then return end
  if next(bucket.counts) == nil then
    bucket.anchor = known.anchor
    bucket.counts = known.counts
    return
  end
  for _, count in pairs(known.counts) do
    local index = cw_index(bucket, count.first)
    local missing = count.used - cw_used(bucket, index)
    if missing > 0 then cw_add(bucket, index, missing, count.first) end
  end
end

function counted_window.load(key, kind, limit, window, now, floor)
  local bucket = {
    key = key, limit = limit, whole = limit, window = window, now = now, sliding = kind == "s",
    counts = {}, anchor = 0, paused = 0, algorithm = counted_window, bookable = true,
  }
  local raw = redis.pcall("GET", key)
  if type(raw) == "table" then raw = false end
  local version, born, at, anchor, paused, counts, part
  if raw then
    version, born, at, anchor, paused, counts, part =
      string.match(raw, "^(%d+)|(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)|([^|]*)$")
    if not version then version = string.match(raw, "^(%d+)|") end
    if version and version ~= "1" then return nil, "state of version " .. version end
  end
  if counts then
    bucket.born = born
    bucket.anchor = tonumber(anchor)
    bucket.paused = tonumber(paused)
    bucket.counts = cw_read_counts(counts)
    bucket.theirs = provider_window.load(string.match(counts, ";(.*)$"), now)
    bucket.share = share.load(part, now)
    local by = tonumber(at) - now
    if by > 0 then
      cw_set_back(bucket, by)
      counted_window.save(bucket)
    end
    cw_tune(bucket)
  else
    bucket.born = text(now)
  end
  if floor ~= "" then cw_raise(bucket, floor) end
  return bucket
end

function counted_window.units(bucket, cost)
  if bucket.now < bucket.paused then return 0 end
  local units = math.max(0, math.floor(cw_open(bucket) / cost))
  if units == 0 and cost > bucket.limit and counted_window.earliest(bucket, cost, bucket.now) == bucket.now then return 1 end
  return units
end

function counted_window.most(bucket, cost)
  return math.floor(bucket.whole / cost)
end

function counted_window.earliest(bucket, cost, from)
  local t = provider_window.earliest(bucket.theirs, cost, math.max(from, bucket.paused))
  if next(bucket.counts) == nil then return t end
  local limit = math.max(bucket.limit, cost)
  while true do
    local index = cw_index(bucket, t)
    local start = cw_start(bucket, index)
    local room = limit - cw_used(bucket, index) - cost
    if room < 0 or not cw_next_holds(bucket, index, cost, limit) then
      t = start + bucket.window
    else
      local before = 0
      if bucket.sliding then before = cw_used(bucket, index - 1) end
      if cw_carried(bucket, before, t - start) <= room then return t end
      t = start + math.max(t - start, math.floor(bucket.window - (room * bucket.window) / before))
      while cw_carried(bucket, before, t - start) > room do t = t + 1 end
    end
  end
end

local function cw_count(bucket, cost, at)
  cw_trim(bucket)
  share.count(bucket.share, cost)
  if next(bucket.counts) == nil then bucket.anchor = at end
  cw_add(bucket, cw_index(bucket, at), cost, at)
end

function counted_window.take(bucket, cost, units, at)
  provider_window.take(bucket.theirs, cost * units, at)
  cw_count(bucket, cost * units, at)
end

function counted_window.give_back(bucket, cost, at)
  cw_trim(bucket)
  share.count(bucket.share, -cost)
  provider_window.give_back(bucket.theirs, cost, at)
  local index = cw_index(bucket, at)
  local count = bucket.counts[index]
  if not count then return end
  count.used = count.used - cost
  if count.used <= 0 then bucket.counts[index] = nil end
end

function counted_window.landed() end

function counted_window.renew() return true end

function counted_window.pause(bucket, till)
  bucket.paused = math.max(bucket.paused, till)
end

function counted_window.refused(bucket)
  if bucket.now < bucket.paused then return end
  cw_trim(bucket)
  local index = cw_index(bucket, bucket.now)
  local used = cw_used(bucket, index)
  if bucket.sliding then used = used + cw_carried(bucket, cw_used(bucket, index - 1), cw_into(bucket, bucket.now)) end
  local fresh
  bucket.share, fresh = share.refused(bucket.share, bucket.now, math.min(1, used / bucket.whole))
  if fresh then cw_tune(bucket) end
end

function counted_window.lower(bucket, remaining, id, ends)
  local whole = math.floor(remaining)
  if ends then
    bucket.theirs = provider_window.lowered(bucket.theirs, whole, bucket.whole, ends, bucket.now)
    return
  end
  local surplus = cw_free(bucket) - whole
  if surplus > 0 then cw_count(bucket, surplus, bucket.now) end
end

function counted_window.remaining(bucket)
  if bucket.now < bucket.paused then return 0 end
  return math.max(0, cw_open(bucket))
end

function counted_window.idle_at(bucket)
  local last = nil
  for index in pairs(bucket.counts) do last = math.max(last or index, index) end
  local ending = 0
  if last then
    local windows = 1
    if bucket.sliding then windows = 2 end
    ending = cw_start(bucket, last + windows)
  end
  return math.max(bucket.now, ending, bucket.paused, provider_window.ends(bucket.theirs))
end

function counted_window.floor(bucket)
  return table.concat({ bucket.born, text(bucket.now), text(bucket.anchor), cw_write_counts(bucket) }, "|")
end

function counted_window.save(bucket)
  local left = math.max(counted_window.idle_at(bucket), share.ends(bucket.share)) - bucket.now
  local expiry = expiry_of(bucket.key, left)
  if not expiry then
    redis.call("DEL", bucket.key)
    return
  end
  local counts, theirs = cw_write_counts(bucket), provider_window.save(bucket.theirs, bucket.now)
  if theirs ~= "" then counts = counts .. ";" .. theirs end
  local state = table.concat({
    "1", bucket.born, text(bucket.now), text(bucket.anchor), text(bucket.paused), counts, share.save(bucket.share),
  }, "|")
  redis.call("SET", bucket.key, state, "PX", expiry)
end
