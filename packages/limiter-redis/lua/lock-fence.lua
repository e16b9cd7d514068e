-- lock-fence: number the holder of a lock.
--
-- KEYS[1]  the lock: its holder's value
-- KEYS[2]  the last number given out
-- KEYS[3]  name of the process that last said it waits for the lock
-- ARGV[1]  value      what the holder took the lock with
-- ARGV[2]  process    the holder's name
-- ARGV[3]  lifetime   of the number, milliseconds
-- Clock    redis TIME in microseconds; never the caller's
-- Returns  {"ok", number, "1" when another process waits, else "0"} | {"gone"} when the lock is no longer this holder's
-- Writes   KEYS[2] only
--@include numbers

-- Keys of another type count as none.
local function read(key)
  local value = redis.pcall("GET", key)
  return type(value) == "string" and value or nil
end

if read(KEYS[1]) ~= ARGV[1] then return { "gone" } end

-- Never below the time, so that numbers go on growing when the store has lost the last one: emptied, failed over, expired.
local last = tonumber(read(KEYS[2]) or "") or 0
if not (last >= 0 and last < 9e15) then last = 0 end
local fence = text(math.max(last + 1, store_now()))
redis.call("SET", KEYS[2], fence, "PX", ARGV[3])

local waiting = read(KEYS[3])
return { "ok", fence, (waiting and waiting ~= ARGV[2]) and "1" or "0" }
