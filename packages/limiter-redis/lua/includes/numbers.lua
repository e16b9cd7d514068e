-- Numbers above 14 digits lose their end when Lua prints them, so instants and levels leave as text.
local function text(number)
  return string.format("%.0f", number)
end

local function store_now()
  local time = redis.call("TIME")
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end
