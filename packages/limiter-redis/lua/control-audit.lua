-- control-audit: entries of the audit, oldest first.
--
-- KEYS[1]   audit
-- KEYS[2]   reading, kept while there is more to read, so that nothing is trimmed on the way
-- ARGV[1]   deadline         microseconds of the store's clock after which nothing is done
-- ARGV[2]   id after which they begin, or nothing
-- ARGV[3]   at most so many
-- ARGV[4]   1 for the newest of them
-- ARGV[5]   how long the reader has until it asks for more, milliseconds
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {"seen", now, id, entry, digest, ...} | {"late", now} | {"refused", now, reason}
-- Writes    KEYS[2] only, with its expiry; where that fails, reading goes on
--@include numbers

local now = store_now()
if now > tonumber(ARGV[1]) then return { "late", text(now) } end
local kind = redis.call("TYPE", KEYS[1]).ok
if kind ~= "none" and kind ~= "stream" then return { "refused", text(now), "a " .. kind .. " in place of a stream" } end

local after = ARGV[2] == "" and "-" or "(" .. ARGV[2]
local newest = ARGV[4] == "1"
local entries
if newest then
  entries = redis.call("XREVRANGE", KEYS[1], "+", after, "COUNT", ARGV[3])
else
  entries = redis.call("XRANGE", KEYS[1], after, "+", "COUNT", ARGV[3])
  if #entries == tonumber(ARGV[3]) then redis.pcall("SET", KEYS[2], "", "PX", ARGV[5]) end
end

local reply = { "seen", text(now) }
for index = 1, #entries do
  local entry = entries[newest and #entries + 1 - index or index]
  local fields = {}
  for at = 1, #entry[2], 2 do fields[entry[2][at]] = entry[2][at + 1] end
  reply[#reply + 1] = entry[1]
  reply[#reply + 1] = fields.entry or ""
  reply[#reply + 1] = fields.digest or ""
end
return reply
