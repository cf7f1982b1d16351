-- KEYS: bans (members `ADDRESS REASON` by their end). ARGV: address, reason, seconds.
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1] .. ' ' .. ARGV[2])
return 1
