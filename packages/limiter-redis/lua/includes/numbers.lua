-- Numbers above 14 digits lose their end when Lua prints them, so instants and levels leave as text.
local function text(number)
  return string.format("%.0f", number)
end
