-- breaker-force: set the state by hand, for the whole fleet.
--
-- KEYS[1]       state of the breaker
-- ARGV[1..11]   see includes/breaker.lua
-- ARGV[12]      c closed, o open, i isolated
-- ARGV[13]      for how long, microseconds; 0 without end, or not held
-- ARGV[14]      reason that is told
-- Clock         redis TIME in microseconds; never the caller's
-- Returns       {"ok", now, "0", state, version, left, reason, kind, until, lasts, times} | {"late", now} | {"refused", reason}
-- Writes        KEYS[1] only; it expires by itself
--@include numbers
--@include breaker

local circuit, problem = breaker.load()
if not circuit then return problem end

breaker.change(circuit, ARGV[12], ARGV[14])
local lasts = tonumber(ARGV[13])
if lasts > 0 then breaker.hold(circuit, lasts) end
return breaker.finish(circuit, false)
