-- Token bucket with debits in the future; the same steps as algorithms/token-bucket.ts. Even spacing (l) is a bucket of one token
-- whose calls may leave a debt.
--
-- State, one string: version|born|step|level|at|paused|debit,debit,...|share|loan,loan,...
--   with debit = at:millionths and loan = holder:tokens:until, in microseconds; a loan of no tokens keeps the state until then
--   born    microseconds of the store's clock when this state came into being; a state that was lost comes back with another one
--   step    counts the changes since; what a replica missed shows in it
--   level   millionths of a token at `at`, may be negative
--   at      microseconds of the store's clock, never later than the writing of this state; debits lie after it
--   paused  microseconds of the store's clock, 0 for none; 1 for none where something was given back, see token_bucket.save
-- Unknown versions are refused, state that cannot be read counts as new.
--
-- Floor, what a process last knew: born:step:idle:instant. Whoever knows of a later step than the store makes up for what the store lost.
local token_bucket = {}

local function tb_gain(bucket, elapsed)
  if elapsed <= 0 then return 0 end
  return math.floor(elapsed * bucket.rate)
end

local function tb_grow(bucket, level, elapsed)
  return math.min(bucket.cap, level + tb_gain(bucket, elapsed))
end

local function tb_time_to_gain(bucket, micro)
  if micro <= 0 then return 0 end
  local elapsed = math.ceil(micro / bucket.rate)
  while math.floor(elapsed * bucket.rate) < micro do elapsed = elapsed + 1 end
  return elapsed
end

-- Level after all debits up to t, when that was, and the index of the next debit.
local function tb_walk(bucket, t)
  local level, at, index = bucket.level, bucket.at, 1
  while index <= #bucket.later do
    local debit = bucket.later[index]
    if debit[1] > t then break end
    level = tb_grow(bucket, level, debit[1] - at) - debit[2]
    at = debit[1]
    index = index + 1
  end
  return level, at, index
end

local function tb_fold(bucket, now)
  local level, at, index = tb_walk(bucket, now)
  bucket.level = level
  bucket.at = math.min(at, now)
  if index > 1 then
    local rest = {}
    for i = index, #bucket.later do rest[#rest + 1] = bucket.later[i] end
    bucket.later = rest
  end
end

-- What could be taken now without breaking a later debit; what is taken cannot overflow meanwhile.
local function tb_free(bucket, now)
  local level, at, index = tb_walk(bucket, now)
  level = tb_grow(bucket, level, now - at)
  at = now
  local free, taken = level, level
  for i = index, #bucket.later do
    local debit = bucket.later[i]
    local gained = tb_gain(bucket, debit[1] - at)
    level = math.min(bucket.cap, level + gained) - debit[2]
    taken = taken + gained - debit[2]
    at = debit[1]
    if level < 0 then free = math.min(free, level) else free = math.min(free, taken) end
  end
  return free
end

-- Takes note of the time: a share that strangers leave us grows back.
local function tb_tune(bucket)
  if not bucket.share then return end
  bucket.rate = bucket.whole * share.at(bucket.share, bucket.now)
end

-- Tokens lent at this instant, but those of one holder.
local function tb_out(bucket, but)
  local tokens = 0
  for _, loan in ipairs(bucket.loans) do
    if loan[3] > bucket.now and loan[1] ~= but then tokens = tokens + loan[2] end
  end
  return tokens
end

-- Fills up to the brim as it was, and from now on to where it is: a bucket and its loans never hold more than a burst.
local function tb_settle_brim(bucket)
  tb_fold(bucket, bucket.now)
  bucket.level = tb_grow(bucket, bucket.level, bucket.now - bucket.at)
  bucket.at = bucket.now
  local open = {}
  for _, loan in ipairs(bucket.loans) do
    if loan[3] > bucket.now then open[#open + 1] = loan end
  end
  bucket.loans = open
  bucket.cap = bucket.whole_cap - tb_out(bucket) * 1000000
  bucket.level = math.min(bucket.level, bucket.cap)
end

local function tb_loans_end(bucket)
  local latest = 0
  for _, loan in ipairs(bucket.loans) do
    if loan[2] > 0 then latest = math.max(latest, loan[3]) end
  end
  return latest
end

-- When a bucket is full again that was filled to a lowered brim until then.
local function tb_loans_refilled(bucket)
  if #bucket.loans == 0 then return 0 end
  local refilled = tb_loans_end(bucket) + tb_time_to_gain(bucket, bucket.whole_cap - bucket.cap)
  for _, loan in ipairs(bucket.loans) do refilled = math.max(refilled, loan[3]) end
  return refilled
end

-- The store may have lost what a process knows: the later of the two holds.
local function tb_raise(bucket, floor)
  local born, step, idle, at = string.match(floor, "^(%d+):(%d+):(%d+):(%d+)$")
  if not born or (born == bucket.born and tonumber(step) <= bucket.step) then return end
  -- What was known by a clock ahead of this one counts from now.
  local missing = tonumber(idle) - math.max(0, tonumber(at) - bucket.now) - token_bucket.idle_at(bucket)
  if missing <= 0 then return end
  tb_fold(bucket, bucket.now)
  bucket.level = tb_grow(bucket, bucket.level, bucket.now - bucket.at) - tb_gain(bucket, missing)
  bucket.at = bucket.now
end

-- The store's clock was set back behind the state: all of it moves back too, as if it had been written just now.
local function tb_set_back(bucket)
  local by = bucket.at - bucket.now
  bucket.at = bucket.now
  bucket.paused = math.max(0, bucket.paused - by)
  for _, debit in ipairs(bucket.later) do debit[1] = debit[1] - by end
  for _, loan in ipairs(bucket.loans) do loan[3] = loan[3] - by end
  share.set_back(bucket.share, by)
end

function token_bucket.load(key, kind, rate, burst, now, floor)
  local bucket = {
    key = key, rate = rate, whole = rate, cap = burst * 1000000, now = now, later = {},
    whole_cap = burst * 1000000, loans = {}, spaced = kind == "l", algorithm = token_bucket, bookable = true,
  }
  local raw = redis.pcall("GET", key)
  if type(raw) == "table" then raw = false end
  local version, born, step, level, at, paused, debits, part, loans
  if raw then
    version, born, step, level, at, paused, debits, part, loans =
      string.match(raw, "^(%d+)|(%d+)|(%d+)|(%-?%d+)|(%d+)|(%d+)|([^|]*)|([^|]*)|([^|]*)$")
    if not version then version = string.match(raw, "^(%d+)|") end
    if version and version ~= "1" then return nil, "state of version " .. version end
  end
  if level then
    bucket.born = born
    bucket.step = tonumber(step)
    bucket.level = math.min(bucket.cap, tonumber(level))
    bucket.at = tonumber(at)
    bucket.paused = tonumber(paused)
    for when, micro in string.gmatch(debits, "(%d+):(%d+)") do
      bucket.later[#bucket.later + 1] = { tonumber(when), tonumber(micro) }
    end
    for holder, tokens, till in string.gmatch(loans, "([^:,]+):(%d+):(%d+)") do
      bucket.loans[#bucket.loans + 1] = { holder, tonumber(tokens), tonumber(till) }
      bucket.cap = bucket.cap - tonumber(tokens) * 1000000
    end
    bucket.share = share.load(part, now)
    local ahead = bucket.at > now
    if ahead then tb_set_back(bucket) end
    if #bucket.loans > 0 then
      if now >= math.max(token_bucket.idle_at(bucket), tb_loans_refilled(bucket)) then
        bucket.level, bucket.at, bucket.loans, bucket.cap = bucket.whole_cap, now, {}, bucket.whole_cap
      else
        tb_settle_brim(bucket)
      end
    end
    tb_tune(bucket)
    -- Written at once: moved anew at each look, it would never gain anything.
    if ahead then token_bucket.save(bucket) end
  else
    bucket.born = text(now)
    bucket.step = 0
    bucket.level = bucket.cap
    bucket.at = now
    bucket.paused = 0
  end
  if floor ~= "" then tb_raise(bucket, floor) end
  return bucket
end

function token_bucket.units(bucket, cost)
  if bucket.now < bucket.paused then return 0 end
  if bucket.spaced then
    if token_bucket.earliest(bucket, cost, bucket.now) == bucket.now then return 1 end
    return 0
  end
  return math.max(0, math.floor(tb_free(bucket, bucket.now) / (cost * 1000000)))
end

function token_bucket.most(bucket, cost)
  if bucket.spaced then return 1 end
  return math.floor(bucket.whole_cap / (cost * 1000000))
end

-- For each later debit, the least level before it that suffices for it and all behind it.
local function tb_enough_for_later(bucket)
  local enough, behind = {}, -math.huge
  for index = #bucket.later, 1, -1 do
    local debit, following = bucket.later[index], bucket.later[index + 1]
    local for_others = behind
    if following then for_others = debit[2] + behind - tb_gain(bucket, following[1] - debit[1]) end
    behind = math.max(math.min(debit[2], bucket.cap), for_others)
    enough[index] = behind
  end
  return enough
end

function token_bucket.earliest(bucket, cost, from)
  local micro = cost * 1000000
  local needed = math.min(micro, bucket.cap)
  local t = math.max(from, bucket.paused)
  -- More than there may be while tokens are lent: not before they are back.
  if needed < micro and not bucket.spaced then t = math.max(t, tb_loans_end(bucket)) end
  local enough = tb_enough_for_later(bucket)
  local level, at, index = tb_walk(bucket, t)
  while true do
    -- Between two debits the first instant with enough is the best: whoever comes later leaves no more to those behind.
    local reached = math.max(t, at + tb_time_to_gain(bucket, needed - level))
    local debit = bucket.later[index]
    if not debit then return reached end
    if reached < debit[1] then
      local left = tb_grow(bucket, tb_grow(bucket, level, reached - at) - micro, debit[1] - reached)
      if left >= enough[index] then return reached end
    end
    level = tb_grow(bucket, level, debit[1] - at) - debit[2]
    at = debit[1]
    t = math.max(t, at)
    index = index + 1
  end
end

function token_bucket.take(bucket, cost, units, at)
  local now = bucket.now
  tb_fold(bucket, now)
  share.count(bucket.share, cost * units)
  local micro = cost * units * 1000000
  if at <= now then
    bucket.level = tb_grow(bucket, bucket.level, now - bucket.at) - micro
    bucket.at = now
    return
  end
  local index = #bucket.later + 1
  while index > 1 and bucket.later[index - 1][1] > at do index = index - 1 end
  local same = bucket.later[index - 1]
  if same and same[1] == at then
    same[2] = same[2] + micro
  else
    table.insert(bucket.later, index, { at, micro })
  end
end

function token_bucket.give_back(bucket, cost, at)
  local now = bucket.now
  if bucket.paused == 0 then bucket.paused = 1 end
  tb_fold(bucket, now)
  share.count(bucket.share, -cost)
  local micro = cost * 1000000
  for index, debit in ipairs(bucket.later) do
    if debit[1] == at and debit[2] >= micro then
      debit[2] = debit[2] - micro
      if debit[2] == 0 then table.remove(bucket.later, index) end
      return
    end
  end
  if bucket.at == at then
    bucket.level = math.min(bucket.cap, bucket.level + micro)
    return
  end
  local missing = micro - tb_gain(bucket, now - at)
  if missing <= 0 then return end
  bucket.level = math.min(bucket.cap, tb_grow(bucket, bucket.level, now - bucket.at) + missing)
  bucket.at = now
end

-- What has dripped in does not depend on when the provider saw the request.
function token_bucket.landed() end

function token_bucket.renew() return true end

function token_bucket.pause(bucket, till)
  bucket.paused = math.max(bucket.paused, till)
end

function token_bucket.refused(bucket, again)
  if bucket.now < bucket.paused then return end
  local measured = nil
  if bucket.share then measured = share.measured(bucket.share, bucket.now, bucket.whole / 1000000) end
  local fresh
  bucket.share, fresh = share.refused(bucket.share, bucket.now, measured)
  if not fresh then return end
  tb_tune(bucket)
  token_bucket.lower(bucket, math.max(0, 1000000 - tb_gain(bucket, again - bucket.now)) / 1000000)
end

function token_bucket.lower(bucket, remaining)
  tb_fold(bucket, bucket.now)
  local level = tb_grow(bucket, bucket.level, bucket.now - bucket.at)
  local most = math.floor(remaining * 1000000)
  if level <= most then return end
  bucket.level = most
  bucket.at = bucket.now
end

function token_bucket.lendable(bucket, holder)
  return math.max(0, math.floor(bucket.whole_cap / 2000000) - tb_out(bucket, holder))
end

function token_bucket.lend(bucket, holder, tokens, till)
  local loans = {}
  for _, loan in ipairs(bucket.loans) do
    if loan[1] ~= holder and loan[3] > bucket.now then loans[#loans + 1] = loan end
  end
  if tokens > 0 then loans[#loans + 1] = { holder, tokens, till } end
  bucket.loans = loans
  tb_settle_brim(bucket)
end

function token_bucket.repay(bucket, holder, tokens)
  if bucket.paused == 0 then bucket.paused = 1 end
  token_bucket.lend(bucket, holder, 0, bucket.now)
  bucket.level = math.min(bucket.cap, bucket.level + tokens * 1000000)
end

function token_bucket.remaining(bucket)
  return token_bucket.units(bucket, 1)
end

function token_bucket.idle_at(bucket)
  local level, at = bucket.level, bucket.at
  for _, debit in ipairs(bucket.later) do
    level = tb_grow(bucket, level, debit[1] - at) - debit[2]
    at = debit[1]
  end
  return math.max(bucket.now, at + tb_time_to_gain(bucket, bucket.cap - level), bucket.paused)
end

function token_bucket.floor(bucket)
  return bucket.born .. ":" .. bucket.step .. ":" .. text(token_bucket.idle_at(bucket)) .. ":" .. text(bucket.now)
end

function token_bucket.save(bucket)
  local left = math.max(token_bucket.idle_at(bucket), share.ends(bucket.share), tb_loans_refilled(bucket)) - bucket.now
  local expiry, longer = expiry_of(bucket.key, left)
  if not expiry then
    redis.call("DEL", bucket.key)
    return
  end
  -- The mark keeps it off the short way of take.lua, which does not ask how long it would have stayed.
  if bucket.paused == 1 and not longer then bucket.paused = 0 end
  bucket.step = bucket.step + 1
  local debits = {}
  for index, debit in ipairs(bucket.later) do debits[index] = text(debit[1]) .. ":" .. text(debit[2]) end
  local loans = {}
  for index, loan in ipairs(bucket.loans) do loans[index] = loan[1] .. ":" .. text(loan[2]) .. ":" .. text(loan[3]) end
  local state = table.concat({
    "1", bucket.born, bucket.step, text(bucket.level), text(bucket.at), text(bucket.paused),
    table.concat(debits, ","), share.save(bucket.share),
    table.concat(loans, ","),
  }, "|")
  redis.call("SET", bucket.key, state, "PX", expiry)
end
