-- control-change: write records and the audit entry of the change, all or nothing.
--
-- KEYS[1..3]  head, records, audit
-- KEYS[4]     reading, there while somebody pages through the audit
-- ARGV[1]     deadline        microseconds of the store's clock after which nothing is done
-- ARGV[2]     channel on which the new version is told
-- ARGV[3]     digest of the newest entry, on which this one builds; another one there now: nothing is done
-- ARGV[4]     generation that the caller knows; nothing for a space that was never written
-- ARGV[5]     generation to begin with where there is none
-- ARGV[6]     time in the entry, milliseconds; not before the entry before, and close to the store's clock: else nothing is done
-- ARGV[7]     canonical text of the entry
-- ARGV[8]     its digest
-- ARGV[9]     most entries kept
-- ARGV[10]    longest age of an entry, milliseconds
-- ARGV[11]    how many records to write, then name, value, ...; after them the names to delete
-- Clock       redis TIME in microseconds; never the caller's
-- Returns     {"done", now, version, digest, from, trimmed, at, generation, kept, id}
--             | {"moved", ...the same without id} | {"late", now} | {"refused", now, reason}
-- Writes      KEYS[1..3], which do not expire
--@include numbers
--@include control

-- How far the entry's time may be from the store's clock: before, since the caller's copy of it lags; after, since clocks are set.
local EARLY, LATE = 5000, 1000
-- Trimmed at most in one step, so that no step is long.
local BATCH = 100
-- While somebody reads, the audit may grow to this many times its bound.
local PATIENCE = 2

local now = store_now()
local now_ms = math.floor(now / 1000)
if now > tonumber(ARGV[1]) then return { "late", text(now) } end
local head, problem = control.head(now)
if not head then return problem end

local at, before = tonumber(ARGV[6]), tonumber(head.at)
local timely = at >= before and at >= now_ms - EARLY and (at == before or at <= now_ms + LATE)
if ARGV[3] ~= head.digest or ARGV[4] ~= head.generation or not timely then return control.reply("moved", now, head) end

-- A user without one of these rights would otherwise be stopped half-way, and nothing is undone. Redis 6 cannot say; there the
-- first of them fails before anything is written.
if redis.acl_check_cmd then
  local may = redis.acl_check_cmd
  local some = { "field", "text" }
  if not may("XADD", KEYS[3], "*", unpack(some)) then return { "refused", text(now), "no right to XADD" } end
  if not (may("HSET", KEYS[1], unpack(some)) and may("HSET", KEYS[2], unpack(some))) then
    return { "refused", text(now), "no right to HSET" }
  end
  if not may("HDEL", KEYS[2], some[1]) then return { "refused", text(now), "no right to HDEL" } end
  if not may("XLEN", KEYS[3]) then return { "refused", text(now), "no right to XLEN" } end
  if not may("XRANGE", KEYS[3], "-", "+") then return { "refused", text(now), "no right to XRANGE" } end
end

-- The first write is one that a full memory refuses, so that it stops here or not at all.
local id = redis.call("XADD", KEYS[3], "*", "entry", ARGV[7], "digest", ARGV[8])
head.version = text(tonumber(head.version) + 1)
head.digest = ARGV[8]
head.at = ARGV[6]
if head.generation == "" then head.generation = ARGV[5] end
redis.call("HSET", KEYS[1], "v", "1", "version", head.version, "digest", head.digest, "from", head.from,
  "trimmed", head.trimmed, "at", head.at, "generation", head.generation)
local writes = tonumber(ARGV[11])
for index = 1, writes do redis.call("HSET", KEYS[2], ARGV[10 + 2 * index], ARGV[11 + 2 * index]) end
for index = 12 + 2 * writes, #ARGV do redis.call("HDEL", KEYS[2], ARGV[index]) end

-- Ids are times: the oldest entries go by number and by age. The digest of the last that went is where the chain begins from now on.
local function trim()
  local most = tonumber(ARGV[9])
  local kept = redis.call("XLEN", KEYS[3])
  local oldest_ms = now_ms - tonumber(ARGV[10])
  local function is_old(entry) return tonumber(string.match(entry[1], "^%d+")) < oldest_ms end
  local first = redis.call("XRANGE", KEYS[3], "-", "+", "COUNT", "1")[1]
  if kept < 2 or (kept <= most and not is_old(first)) then return end
  if kept <= PATIENCE * most and redis.call("EXISTS", KEYS[4]) == 1 then return end
  local entries = redis.call("XRANGE", KEYS[3], "-", "+", "COUNT", tostring(BATCH + 1))
  local gone = 0
  while gone < #entries - 1 and (kept - gone > most or is_old(entries[gone + 1])) do gone = gone + 1 end
  -- Who may only append leaves this to somebody who may more.
  local trimmed = redis.pcall("XTRIM", KEYS[3], "MINID", entries[gone + 1][1])
  if type(trimmed) ~= "number" then return end
  local digest = NONE
  for index = 1, #entries[gone][2], 2 do
    if entries[gone][2][index] == "digest" then digest = entries[gone][2][index + 1] end
  end
  head.from = digest
  head.trimmed = text(tonumber(head.trimmed) + trimmed)
  redis.call("HSET", KEYS[1], "from", head.from, "trimmed", head.trimmed)
end
trim()

-- Whoever may not publish, or does not hear it, finds the change by looking.
redis.pcall("PUBLISH", ARGV[2], head.version)
local reply = control.reply("done", now, head)
reply[#reply + 1] = id
return reply
