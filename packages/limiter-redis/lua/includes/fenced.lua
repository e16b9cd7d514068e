-- The fence and the text under a key; 0 and nil where there is nothing of ours, whatever its type.
local function read_fenced(key)
  local value = redis.pcall("GET", key)
  if type(value) ~= "string" then return 0, nil end
  local fence, state = string.match(value, "^(%d+):(.*)$")
  return tonumber(fence) or 0, state
end
