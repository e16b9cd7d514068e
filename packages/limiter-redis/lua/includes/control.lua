-- What the control scripts share.
--
-- Head, one hash: v the format, 1; version; digest of the newest audit entry; from, digest of the last one trimmed; trimmed, how many;
-- at, time of the newest entry in milliseconds; generation, drawn when the space was first written.
-- Records, one hash. Audit, one stream of {entry, canonical text; digest}. None expires.
local control = {}

local NONE = string.rep("0", 64)

-- The head, or nothing and the reply that says why.
function control.head(now)
  for key, wanted in pairs({ [KEYS[1]] = "hash", [KEYS[2]] = "hash", [KEYS[3]] = "stream" }) do
    local kind = redis.call("TYPE", key).ok
    if kind ~= "none" and kind ~= wanted then return nil, { "refused", text(now), "a " .. kind .. " in place of a " .. wanted } end
  end
  local found = redis.call("HMGET", KEYS[1], "v", "version", "digest", "from", "trimmed", "at", "generation")
  if found[1] and found[1] ~= "1" then return nil, { "refused", text(now), "shared state of version " .. found[1] } end
  return {
    version = found[2] or "0",
    digest = found[3] or NONE,
    from = found[4] or NONE,
    trimmed = found[5] or "0",
    at = found[6] or "0",
    generation = found[7] or "",
  }
end

-- A reply that begins with how the space stands.
function control.reply(word, now, head)
  return {
    word, text(now), head.version, head.digest, head.from, head.trimmed, head.at, head.generation,
    tostring(redis.call("XLEN", KEYS[3])),
  }
end
