-- What a provider's own window has left until it ends; the same steps as algorithms/provider-window.ts, which says why.
--
-- Within a bucket's state: left/since/ends   tokens, and microseconds of the store's clock. It lies where those who know nothing of it
-- do not look; what they write is without it, and the provider's next word brings it back.
local provider_window = {}

-- nil for none, and when it has ended.
function provider_window.load(raw, now)
  local left, since, ends = string.match(raw or "", "(%-?%d+)/(%d+)/(%d+)$")
  if not left or now >= tonumber(ends) then return nil end
  return { left = tonumber(left), since = tonumber(since), ends = tonumber(ends) }
end

function provider_window.save(theirs, now)
  if not theirs or now >= theirs.ends then return "" end
  return text(theirs.left) .. "/" .. text(theirs.since) .. "/" .. text(theirs.ends)
end

function provider_window.left(theirs, at)
  if not theirs or at >= theirs.ends then return math.huge end
  return math.max(0, theirs.left)
end

function provider_window.earliest(theirs, cost, from)
  if cost > provider_window.left(theirs, from) then return theirs.ends end
  return from
end

function provider_window.ends(theirs)
  if not theirs then return 0 end
  return theirs.ends
end

function provider_window.take(theirs, cost, at)
  if theirs and at < theirs.ends then theirs.left = theirs.left - cost end
end

function provider_window.give_back(theirs, cost, at)
  if theirs and at > theirs.since and at < theirs.ends then theirs.left = theirs.left + cost end
end

function provider_window.set_back(theirs, by)
  if not theirs then return end
  theirs.since = math.max(0, theirs.since - by)
  theirs.ends = theirs.ends - by
end

-- What is known after the provider's word; a window with more left than may ever be in the bucket bounds nothing.
function provider_window.lowered(theirs, remaining, most, ends, now)
  if not theirs or now >= theirs.ends then
    if remaining >= most then return nil end
    return { left = remaining, since = now, ends = ends }
  end
  if remaining < theirs.left then theirs.left, theirs.since = remaining, now end
  theirs.ends = math.min(theirs.ends, ends)
  return theirs
end
