-- control-read: everything in a space, unless the caller knows it already.
--
-- KEYS[1..3]  head, records, audit
-- ARGV[1]     deadline        microseconds of the store's clock after which nothing is done
-- ARGV[2]     version that the caller knows, or nothing
-- ARGV[3]     generation that the caller knows it of; nothing for a space that was never written, * for any
-- Clock       redis TIME in microseconds; never the caller's
-- Returns     {"same" | "seen", now, version, digest, from, trimmed, at, generation, kept, then for "seen" name, value, ...}
--             | {"late", now} | {"refused", now, reason}
-- Writes      nothing
--@include numbers
--@include control

local now = store_now()
if now > tonumber(ARGV[1]) then return { "late", text(now) } end
local head, problem = control.head(now)
if not head then return problem end
if ARGV[2] == head.version and (ARGV[3] == "*" or ARGV[3] == head.generation) then return control.reply("same", now, head) end

local reply = control.reply("seen", now, head)
for _, part in ipairs(redis.call("HGETALL", KEYS[2])) do reply[#reply + 1] = part end
return reply
