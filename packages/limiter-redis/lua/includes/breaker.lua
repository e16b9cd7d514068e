-- Circuit breaker; the same steps as breaker/circuit.ts and breaker/tally.ts of the limiter.
--
-- What every breaker script begins with:
-- KEYS[1]   state of the breaker
-- ARGV[1]   deadline             microseconds of the store's clock after which nothing is done, 0 for none
-- ARGV[2]   failure rate         above 0, up to 1
-- ARGV[3]   minimum calls
-- ARGV[4]   window               microseconds
-- ARGV[5]   failures in a row    0 to look at the rate alone
-- ARGV[6]   open time            microseconds
-- ARGV[7]   longest open time    microseconds
-- ARGV[8]   lease of a probe     microseconds
-- ARGV[9]   probes
-- ARGV[10]  what the process last heard, kind|version|reason|until|lasts|times, or nothing. Whoever knows of a later change than
--           the store makes up for what the store lost.
-- ARGV[11]  channel on which changes are told
--
-- State, one string: 1|kind|version|reason|until|lasts|times|passed|last success|slices|row|leases
--   kind      c closed, o open, i isolated; half-open is open or isolated with its time over
--   slices    start:succeeded:failed,...
--   row       instants of the failures since the last success
--   leases    id:end,... of the probes under way; those of before the last change too, since they may still be calling
-- Unknown versions are refused, state that cannot be read counts as new.
local breaker = {}

local DAY, HOUR = 86400000000, 3600000000
local names = { c = "closed", o = "open", i = "isolated" }
local rules

local function br_new()
  return {
    kind = "c", version = 0, reason = "forgotten", till = 0, lasts = 0, times = 0, passed = 0, success = 0,
    slices = {}, row = {}, leases = {},
  }
end

local function br_forget_counts(circuit)
  circuit.slices = {}
  circuit.row = {}
  circuit.success = 0
end

local function br_read(raw)
  if type(raw) ~= "string" then return br_new() end
  local format, rest = string.match(raw, "^(%d+)|(.*)$")
  if format and format ~= "1" then return nil, "a breaker of version " .. format end
  local circuit = br_new()
  local kind, version, reason, till, lasts, times, passed, success, slices, row, leases = string.match(
    rest or "", "^([coi])|(%d+)|([^|]*)|(%d+)|(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)|([^|]*)|([^|]*)$")
  if not kind then return circuit end
  circuit.kind, circuit.version, circuit.reason = kind, tonumber(version), reason
  circuit.till, circuit.lasts = tonumber(till), tonumber(lasts)
  circuit.times, circuit.passed, circuit.success = tonumber(times), tonumber(passed), tonumber(success)
  for start, succeeded, failed in string.gmatch(slices, "(%d+):(%d+):(%d+)") do
    circuit.slices[#circuit.slices + 1] = { tonumber(start), tonumber(succeeded), tonumber(failed) }
  end
  for at in string.gmatch(row, "%d+") do circuit.row[#circuit.row + 1] = tonumber(at) end
  for id, ends in string.gmatch(leases, "([^:,]+):(%d+)") do
    circuit.leases[#circuit.leases + 1] = { id, tonumber(ends) }
  end
  return circuit
end

local function br_raise(circuit, known)
  local kind, version, reason, till, lasts, times =
    string.match(known, "^([coi])|(%d+)|([^|]*)|(%d+)|(%d+)|(%d+)$")
  if not kind or tonumber(version) <= circuit.version then return circuit end
  local raised = br_new()
  raised.kind, raised.version, raised.reason = kind, tonumber(version), reason
  raised.till, raised.lasts, raised.times = tonumber(till), tonumber(lasts), tonumber(times)
  return raised
end

local function br_keep(list, wanted)
  local kept = {}
  for _, one in ipairs(list) do
    if wanted(one) then kept[#kept + 1] = one end
  end
  return kept
end

-- A clock that was set back makes nothing last longer.
local function br_tune(circuit)
  local now = circuit.now
  circuit.till = math.min(circuit.till, now + circuit.lasts)
  if circuit.kind == "c" and circuit.till <= now then
    circuit.till = 0
    circuit.lasts = 0
  end
  circuit.leases = br_keep(circuit.leases, function(lease) return lease[2] > now end)
  for _, lease in ipairs(circuit.leases) do lease[2] = math.min(lease[2], now + rules.lease) end
  circuit.slices = br_keep(circuit.slices, function(slice)
    return slice[1] > now - rules.window and slice[1] <= now
  end)
  circuit.row = br_keep(circuit.row, function(at) return at > now - HOUR and at <= now end)
  circuit.success = math.min(circuit.success, now)
end

local function br_half_open(circuit)
  return circuit.kind ~= "c" and circuit.till > 0 and circuit.till <= circuit.now
end

local function br_busy(circuit)
  return #circuit.leases > 0 and #circuit.leases + circuit.passed >= rules.probes
end

function breaker.change(circuit, kind, reason)
  circuit.kind = kind
  circuit.version = math.max(circuit.version + 1, circuit.now)
  circuit.reason = reason
  circuit.till, circuit.lasts, circuit.times, circuit.passed = 0, 0, 0, 0
  br_forget_counts(circuit)
  circuit.told = true
end

function breaker.hold(circuit, lasts)
  circuit.lasts = lasts
  circuit.till = circuit.now + lasts
end

function breaker.open(circuit, reason)
  local times = circuit.times
  breaker.change(circuit, "o", reason)
  circuit.times = math.min(times + 1, 60)
  breaker.hold(circuit, math.min(rules.longest, rules.open * 2 ^ times))
end

-- The state brought up to now, or nothing and the reply that says why.
function breaker.load()
  local now = store_now()
  local deadline = tonumber(ARGV[1])
  if deadline > 0 and now > deadline then return nil, { "late", text(now) } end
  rules = {
    rate = tonumber(ARGV[2]), minimum = tonumber(ARGV[3]), window = tonumber(ARGV[4]), row = tonumber(ARGV[5]),
    open = tonumber(ARGV[6]), longest = tonumber(ARGV[7]), lease = tonumber(ARGV[8]), probes = tonumber(ARGV[9]),
  }
  local circuit, problem = br_read(redis.pcall("GET", KEYS[1]))
  if not circuit then return nil, { "refused", problem } end
  circuit = br_raise(circuit, ARGV[10])
  circuit.now = now
  br_tune(circuit)
  return circuit
end

local function br_add(circuit, at, succeeded, failed)
  local width = math.ceil(rules.window / 10)
  local start = math.floor(at / width) * width
  if start <= circuit.now - rules.window then return end
  for _, slice in ipairs(circuit.slices) do
    if slice[1] == start then
      slice[2] = slice[2] + succeeded
      slice[3] = slice[3] + failed
      return
    end
  end
  circuit.slices[#circuit.slices + 1] = { start, succeeded, failed }
end

-- Ages in microseconds; those of the row are separated by commas.
function breaker.count(circuit, succeeded, success_age, failed, failure_age, row)
  local now = circuit.now
  if succeeded > 0 then
    br_add(circuit, now - success_age, succeeded, 0)
    circuit.success = math.max(circuit.success, now - success_age)
    circuit.row = br_keep(circuit.row, function(at) return at > circuit.success end)
  end
  if failed > 0 then br_add(circuit, now - failure_age, 0, failed) end
  if rules.row == 0 then return end
  for age in string.gmatch(row, "%d+") do
    local at = now - tonumber(age)
    -- In its own process it came after the last success, so the same instant is late enough.
    if at >= circuit.success and at > now - HOUR then circuit.row[#circuit.row + 1] = at end
  end
  table.sort(circuit.row)
  while #circuit.row > rules.row do table.remove(circuit.row, 1) end
end

-- Which rule the counts break, if any.
function breaker.broken(circuit)
  if rules.row > 0 and #circuit.row >= rules.row then return "consecutive-failures" end
  local all, failed = 0, 0
  for _, slice in ipairs(circuit.slices) do
    all = all + slice[2] + slice[3]
    failed = failed + slice[3]
  end
  if all >= rules.minimum and failed / all >= rules.rate then return "failure-rate" end
end

function breaker.release(circuit, id)
  local before = #circuit.leases
  circuit.leases = br_keep(circuit.leases, function(lease) return lease[1] ~= id end)
  if #circuit.leases < before and br_half_open(circuit) then circuit.told = true end
end

function breaker.grant(circuit, id)
  if not br_half_open(circuit) or br_busy(circuit) then return false end
  circuit.leases = br_keep(circuit.leases, function(lease) return lease[1] ~= id end)
  circuit.leases[#circuit.leases + 1] = { id, circuit.now + rules.lease }
  return true
end

function breaker.pass(circuit)
  circuit.passed = circuit.passed + 1
  circuit.told = true
  if circuit.passed >= rules.probes then breaker.change(circuit, "c", "probe-succeeded") end
end

-- State as processes see it, and microseconds left of it, -1 for no end.
local function br_view(circuit)
  if circuit.kind == "c" then return "closed", 0 end
  if not br_half_open(circuit) then
    if circuit.till == 0 then return names[circuit.kind], -1 end
    return names[circuit.kind], circuit.till - circuit.now
  end
  if not br_busy(circuit) then return "half-open", 0 end
  local first = circuit.leases[1][2]
  for _, lease in ipairs(circuit.leases) do first = math.min(first, lease[2]) end
  return "half-open", first - circuit.now
end

-- A change is remembered for a day, so that nobody comes back with something older.
local function br_kept(circuit)
  local now = circuit.now
  if circuit.kind == "i" and circuit.till == 0 then return 30 * DAY end
  local till = now
  if circuit.version > 0 then till = math.min(circuit.version, now) + DAY end
  if circuit.till > 0 then till = math.max(till, circuit.till + DAY) end
  if #circuit.slices > 0 then till = math.max(till, now + rules.window) end
  if #circuit.row > 0 then till = math.max(till, now + HOUR) end
  return till - now
end

local function br_save(circuit)
  local left = br_kept(circuit)
  if left <= 0 then
    redis.call("DEL", KEYS[1])
    return
  end
  local slices, row, leases = {}, {}, {}
  for i, slice in ipairs(circuit.slices) do
    slices[i] = text(slice[1]) .. ":" .. text(slice[2]) .. ":" .. text(slice[3])
  end
  for i, at in ipairs(circuit.row) do row[i] = text(at) end
  for i, lease in ipairs(circuit.leases) do leases[i] = lease[1] .. ":" .. text(lease[2]) end
  local state = table.concat({
    "1", circuit.kind, text(circuit.version), circuit.reason, text(circuit.till), text(circuit.lasts),
    text(circuit.times), text(circuit.passed), text(circuit.success),
    table.concat(slices, ","), table.concat(row, ","), table.concat(leases, ","),
  }, "|")
  redis.call("SET", KEYS[1], state, "PX", text(math.ceil(left / 1000) + 1))
end

-- Saves, tells the others what has changed, and makes the reply.
function breaker.finish(circuit, granted)
  br_save(circuit)
  local state, left = br_view(circuit)
  local version = text(circuit.version)
  if circuit.told then
    redis.call("PUBLISH", ARGV[11], table.concat({ version, state, text(left), circuit.reason }, "|"))
  end
  return {
    "ok", text(circuit.now), granted and "1" or "0", state, version, text(left), circuit.reason,
    circuit.kind, text(circuit.till), text(circuit.lasts), text(circuit.times),
  }
end
