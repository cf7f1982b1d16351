-- KEYS: bans. Forgets those that have ended, and returns the others as `ADDRESS|REASON|SECONDS;`, at most 1,000.
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local bans = redis.call('ZRANGE', KEYS[1], 0, 999, 'WITHSCORES')
local text = ''
for n = 1, #bans, 2 do text = text .. string.gsub(bans[n], ' ', '|') .. '|' .. string.format('%d', bans[n + 1] - now) .. ';' end
return text
