-- The end of a call. KEYS: the account's calls, what it used today. ARGV: id, 1 if it was answered. Returns the seconds charged.
local call = redis.call('HGET', KEYS[1], ARGV[1])
if not call then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
if ARGV[2] == '0' then return 0 end
local now = tonumber(redis.call('TIME')[1])
local start, mayLast, rate = string.match(call, '(%d+) (%d+) (%S+)')
local seconds = math.max(0, math.min(now - start, tonumber(mayLast)))
redis.call('HINCRBY', KEYS[2], 'seconds', seconds)
redis.call('HINCRBYFLOAT', KEYS[2], 'cost', seconds * rate)
redis.call('EXPIREAT', KEYS[2], (math.floor(now / 86400) + 1) * 86400)
return seconds
