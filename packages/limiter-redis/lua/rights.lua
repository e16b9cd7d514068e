-- rights: find out which commands this user may not run in scripts.
--
-- KEYS[1]  a key under our prefix; gone when this ends
-- ARGV[i]  a command, its words separated by blanks
-- Returns  {what was said to the first command, ...}, empty where it was not an error
-- Writes   KEYS[1] only

local said = {}
for index, command in ipairs(ARGV) do
  local words = {}
  for word in string.gmatch(command, "%S+") do words[#words + 1] = word end
  local reply = redis.pcall(unpack(words))
  said[index] = type(reply) == "table" and reply.err or ""
end
return said
