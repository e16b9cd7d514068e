-- refill: empty the counts of buckets, as if nobody had asked yet.
--
-- KEYS      states of buckets, all with one {hash tag}; places of concurrency limits are not among them
-- Clock     redis TIME in microseconds; never the caller's
-- Returns   {"ok", buckets that were there}
-- Writes    KEYS only. Each stays the same bucket, for as long as it would have at least: a process that knows more of it than the store
--           would otherwise make up for what it takes for a loss. Tokens lent stay lent, and a state that is not understood stays as it is.
--@include numbers

local now = store_now()
local found = 0
for _, key in ipairs(KEYS) do
  local kind, left = redis.call("TYPE", key).ok, redis.call("PTTL", key)
  if kind == "zset" and left > 0 then
    redis.call("ZREMRANGEBYSCORE", key, "(0", "+inf")
    found = found + 1
  elseif kind == "string" and left > 0 then
    local raw = redis.call("GET", key)
    local fresh
    local born, step, loans = string.match(raw, "^1|(%d+)|(%d+)|%-?%d+|%d+|%d+|[^|]*|[^|]*|([^|]*)$")
    if born then
      -- What is taken from now on is made good earlier, and the state would go with it: a loan of no tokens keeps it.
      local kept = { "reset:0:" .. text(now + left * 1000) }
      for loan in string.gmatch(loans, "[^,]+") do
        if string.sub(loan, 1, 6) ~= "reset:" then kept[#kept + 1] = loan end
      end
      loans = table.concat(kept, ",")
      -- More than any bucket holds: whoever reads it takes as much as there may be.
      fresh = table.concat({ "1", born, text(tonumber(step) + 1), "1000000000000000", text(now), "0", "", "", loans }, "|")
    else
      local window_born, anchor = string.match(raw, "^1|(%d+)|%d+|(%d+)|%d+|[^|]*|[^|]*$")
      if window_born then fresh = table.concat({ "1", window_born, text(now), anchor, "0", "", "" }, "|") end
    end
    if fresh then
      redis.call("SET", key, fresh, "PX", text(left))
      found = found + 1
    end
  end
end
return { "ok", text(found) }
