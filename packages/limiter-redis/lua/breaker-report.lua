-- breaker-report: add what a process has counted since it last told, open when it is too much, and say how the breaker stands.
--
-- KEYS[1]       state of the breaker
-- ARGV[1..11]   see includes/breaker.lua
-- ARGV[12]      version the calls were let through under; those of an older one do not count
-- ARGV[13,14]   successes, age of the last one in microseconds
-- ARGV[15,16]   failures, age of the last one in microseconds
-- ARGV[17]      ages of the failures after the last success, microseconds, separated by commas
-- Clock         redis TIME in microseconds; never the caller's
-- Returns       {"ok", now, "0", state, version, left, reason, kind, until, lasts, times} | {"late", now} | {"refused", reason}
-- Writes        KEYS[1] only; it expires by itself
--@include numbers
--@include breaker

local circuit, problem = breaker.load()
if not circuit then return problem end

if circuit.kind == "c" and tonumber(ARGV[12]) >= circuit.version then
  breaker.count(circuit, tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15]), tonumber(ARGV[16]), ARGV[17])
  local reason = breaker.broken(circuit)
  if reason and circuit.till == 0 then breaker.open(circuit, reason) end
end
return breaker.finish(circuit, false)
