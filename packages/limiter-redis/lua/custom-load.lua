-- custom-load: read the states of custom limits.
--
-- KEYS[i]  one state: the fence under which it was written, a colon, its text; all carry one {hash tag}
-- Clock    redis TIME in microseconds; never the caller's
-- Returns  {now, text of KEYS[1], ...}; nil for what is not there
-- Writes   nothing
--@include numbers
--@include fenced

local reply = { text(store_now()) }
for index, key in ipairs(KEYS) do
  local _, state = read_fenced(key)
  reply[index + 1] = state or false
end
return reply
