-- A new call of an account. KEYS: its calls (a hash: `START SECONDS RATE` by id), what it used today (a hash of seconds and cost),
-- its new calls in this minute. ARGV: id, calls at once, new calls per minute, seconds per call, seconds and cost per day, cost per
-- second. Returns the seconds that the call may last; 0 the day is used up; -1 too many calls; -2 too many new calls.
local now = tonumber(redis.call('TIME')[1])
local id, atOnce, perMinute, perCall = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local perDay, costPerDay, rate = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local tomorrow = (math.floor(now / 86400) + 1) * 86400
local open, seconds, cost = 0, 0, 0
local calls = redis.call('HGETALL', KEYS[1])
for n = 1, #calls, 2 do
    local start, mayLast, costs = string.match(calls[n + 1], '(%d+) (%d+) (%S+)')
    if start + mayLast < now then
        -- its end was never told: it may have lasted that long
        redis.call('HDEL', KEYS[1], calls[n])
        redis.call('HINCRBY', KEYS[2], 'seconds', mayLast)
        redis.call('HINCRBYFLOAT', KEYS[2], 'cost', mayLast * costs)
        redis.call('EXPIREAT', KEYS[2], tomorrow)
    else
        open = open + 1
        seconds = seconds + mayLast
        cost = cost + mayLast * costs
    end
end
if open >= atOnce then return -1 end
local begun = redis.call('INCR', KEYS[3])
if begun == 1 then redis.call('EXPIRE', KEYS[3], 60) end
if begun > perMinute then return -2 end
local left = perDay - seconds - (redis.call('HGET', KEYS[2], 'seconds') or 0)
if rate > 0 then
    left = math.min(left, math.floor((costPerDay - cost - (redis.call('HGET', KEYS[2], 'cost') or 0)) / rate))
end
left = math.min(left, perCall)
if left < 1 then return 0 end
redis.call('HSET', KEYS[1], id, now .. ' ' .. left .. ' ' .. ARGV[7])
redis.call('EXPIRE', KEYS[1], perCall + 86400)
return left
