-- One wrong password more, for each key; a key lives for a minute. Returns the counts.
local all = {}
for n, key in ipairs(KEYS) do
    all[n] = redis.call('INCR', key)
    if all[n] == 1 then redis.call('EXPIRE', key, 60) end
end
return all
