// What BullMQ's own commands cannot do in one atomic step, as scripts on BullMQ's keys. They know the layout of exactly the
// version that package.json pins; the conformance suite fails when it changes. `prefix` is `<prefix>:<queue name>:`,
// `de:<key>` names the job that stands for a key, `dn:<key>` holds the job that follows it, a lane's rank is its priority.

/**
 * Makes what waits for a key, or is owed to it, as urgent as its most urgent poke. BullMQ alone keeps the *last* poke's priority
 * for the job that follows an active one, so a resync would push back a person's change. The field `owed` of the active job
 * remembers the most urgent one and goes with it.
 *
 * KEYS   1 prioritized, 2 pc
 * ARGV   1 prefix, 2 priority, 3… keys
 * Output how many were made more urgent
 */
export const LIFT = `
local prefix, priority, lifted = ARGV[1], tonumber(ARGV[2]), 0
for i = 3, #ARGV do
  local job = redis.call('GET', prefix .. 'de:' .. ARGV[i])
  if job and redis.call('EXISTS', prefix .. job) == 1 then
    local jobKey = prefix .. job
    if redis.call('ZSCORE', KEYS[1], job) then
      if priority < tonumber(redis.call('HGET', jobKey, 'priority')) then
        local turn = redis.call('INCR', KEYS[2])
        redis.call('ZADD', KEYS[1], priority * 0x100000000 + turn % 0x100000000, job)
        redis.call('HSET', jobKey, 'priority', priority)
        lifted = lifted + 1
      end
    else
      local nextKey = prefix .. 'dn:' .. ARGV[i]
      local options = redis.call('HGET', nextKey, 'opts')
      if options then
        local owed = math.min(priority, tonumber(redis.call('HGET', jobKey, 'owed') or priority))
        redis.call('HSET', jobKey, 'owed', owed)
        local decoded = cjson.decode(options)
        if decoded['priority'] ~= owed then
          decoded['priority'] = owed
          redis.call('HSET', nextKey, 'opts', cjson.encode(decoded))
          lifted = lifted + 1
        end
      end
    end
  end
end
return lifted
`;

/**
 * Gives a running job back, first in its lane, so that another worker takes it at once. Only its holder can.
 *
 * KEYS   1 active, 2 prioritized, 3 stalled, 4 marker
 * ARGV   1 prefix, 2 job, 3 token
 * Output 1 given back, 0 not ours any more
 */
export const GIVE_BACK = `
local jobKey = ARGV[1] .. ARGV[2]
if redis.call('GET', jobKey .. ':lock') ~= ARGV[3] then return 0 end
redis.call('DEL', jobKey .. ':lock')
redis.call('SREM', KEYS[3], ARGV[2])
if redis.call('LREM', KEYS[1], 1, ARGV[2]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], tonumber(redis.call('HGET', jobKey, 'priority')) * 0x100000000, ARGV[2])
redis.call('ZADD', KEYS[4], 0, '0')
return 1
`;

/**
 * A look at one moment. Jobs of lost workers stand in \`wait\`, before all lanes, and are counted in their own lane.
 *
 * KEYS   1 prioritized, 2 wait, 3 active
 * ARGV   1 prefix, 2 how many lanes
 * Output waiting in lane 1, …, waiting in the last lane, active
 */
export const COUNTS = `
local counts = {}
for lane = 1, tonumber(ARGV[2]) do
  counts[lane] = redis.call('ZCOUNT', KEYS[1], lane * 0x100000000, '(' .. string.format('%.0f', (lane + 1) * 0x100000000))
end
for _, job in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  local lane = tonumber(redis.call('HGET', ARGV[1] .. job, 'priority') or ARGV[2])
  counts[lane] = counts[lane] + 1
end
counts[#counts + 1] = redis.call('LLEN', KEYS[3])
return counts
`;

/**
 * Forgets some of what waits, and what is owed to the active ones. BullMQ's own drain forgets all in one go, which stops the
 * server for a second at 100,000 and with it every lease.
 *
 * KEYS   1 prioritized, 2 wait, 3 active
 * ARGV   1 prefix, 2 at most so many
 * Output how many were forgotten; 0: nothing waits
 */
export const DRAIN = `
local prefix, limit, jobs = ARGV[1], tonumber(ARGV[2]), {}
local popped = redis.call('ZPOPMIN', KEYS[1], limit)
for i = 1, #popped, 2 do jobs[#jobs + 1] = popped[i] end
while #jobs < limit do
  local job = redis.call('RPOP', KEYS[2])
  if not job then break end
  jobs[#jobs + 1] = job
end
for _, job in ipairs(jobs) do
  local key = redis.call('HGET', prefix .. job, 'deid')
  if key then
    redis.call('DEL', prefix .. 'dn:' .. key)
    if redis.call('GET', prefix .. 'de:' .. key) == job then redis.call('DEL', prefix .. 'de:' .. key) end
  end
  redis.call('DEL', prefix .. job)
end
for _, job in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  local key = redis.call('HGET', prefix .. job, 'deid')
  if key then redis.call('DEL', prefix .. 'dn:' .. key) end
end
return #jobs
`;
