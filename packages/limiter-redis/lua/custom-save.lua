-- custom-save: write the states of custom limits, all or, when one of them was written under a higher fence, none.
--
-- KEYS[i]     one state, see custom-load
-- ARGV[1]     fence     of the lock under which they were read
-- ARGV[2]     lifetime  milliseconds
-- ARGV[2 + i] text of KEYS[i]
-- Returns     {"ok"} | {"stale"}
-- Writes      KEYS only; value and lifetime in one step, whatever type was there
--@include fenced

local fence = tonumber(ARGV[1])
for _, key in ipairs(KEYS) do
  if read_fenced(key) > fence then return { "stale" } end
end
for index, key in ipairs(KEYS) do
  redis.call("SET", key, ARGV[1] .. ":" .. ARGV[2 + index], "PX", ARGV[2])
end
return { "ok" }
