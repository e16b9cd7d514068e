-- breaker-probe: ask to be let through half-open. What is granted is a lease, so a prober that dies holds nobody up for long.
--
-- KEYS[1]       state of the breaker
-- ARGV[1..11]   see includes/breaker.lua
-- ARGV[12]      id, unique in the fleet
-- Clock         redis TIME in microseconds; never the caller's
-- Returns       {"ok", now, granted, state, version, left, reason, kind, until, lasts, times} | {"late", now} | {"refused", reason}
-- Writes        KEYS[1] only; it expires by itself
--@include numbers
--@include breaker

local circuit, problem = breaker.load()
if not circuit then return problem end
return breaker.finish(circuit, breaker.grant(circuit, ARGV[12]))
