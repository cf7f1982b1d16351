-- A call is answered, and charged from now on. KEYS: the account's calls. ARGV: id.
local call = redis.call('HGET', KEYS[1], ARGV[1])
if not call then return 0 end
local mayLast, rate = string.match(call, '%d+ (%d+) (%S+)')
redis.call('HSET', KEYS[1], ARGV[1], redis.call('TIME')[1] .. ' ' .. mayLast .. ' ' .. rate)
return 1
