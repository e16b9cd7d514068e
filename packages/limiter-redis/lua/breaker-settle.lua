-- breaker-settle: tell how a probe ended. A lease that has ended does not matter, what the probe found out is still true; after
-- another change it does not count, but its place is free.
--
-- KEYS[1]       state of the breaker
-- ARGV[1..11]   see includes/breaker.lua
-- ARGV[12]      id of the probe
-- ARGV[13]      version it was granted under
-- ARGV[14]      success, failure, or undecided, which gives its place to another
-- Clock         redis TIME in microseconds; never the caller's
-- Returns       {"ok", now, "0", state, version, left, reason, kind, until, lasts, times} | {"late", now} | {"refused", reason}
-- Writes        KEYS[1] only; it expires by itself
--@include numbers
--@include breaker

local circuit, problem = breaker.load()
if not circuit then return problem end

breaker.release(circuit, ARGV[12])
if circuit.kind ~= "c" and tonumber(ARGV[13]) == circuit.version then
  if ARGV[14] == "success" then
    breaker.pass(circuit)
  elseif ARGV[14] == "failure" then
    breaker.open(circuit, "probe-failed")
  end
end
return breaker.finish(circuit, false)
