// The one script that changes documents: checks, claims, documents, due times and log entries in one step. Checks first, then all
// writes. It keeps what it answered under the writer's number of the commit, so that a commit sent twice happens once.

import { ALIVE, HOLDER, NOW, SAME_GRID, script, VERSION_OF } from './script.ts';

/** How long an answer that nobody acknowledged is kept. */
const ANSWERS_MS = 3_600_000;
/** The log is cut in pieces, so that cutting costs little. */
const CUT = 200;

/**
 * Input: one transaction.
 * KEYS: 1 meta, 2 answers of the writer, 3 due, 4 living, 5 claims, 6 log, 7 log-about, 8 counters, then three per collection
 *   (documents, ids, expiry).
 * ARGV: 1 expected beginning of meta or '', 2 number of this commit, 3 to 10 how many of each, 11 most log entries, 12 channel; then
 *   acknowledged: number
 *   checks:       collection (index of its first key), id, version
 *   claims:       key, incarnation, epoch, n
 *   puts:         collection, id, ttl or '', JSON
 *   deletes:      collection, id
 *   due:          key, time or ''
 *   hasten:       key, time
 *   log:          '-' or '+about', type, JSON
 * Output: a string `<now> <version of each put>…` when it happened (now or before); else a list: ['meta', found],
 *   ['version', index of the check, found] or ['claim', index of the claim], and nothing has changed.
 */
export const COMMIT = script(
  'commit',
  `
${NOW}${SAME_GRID}${ALIVE}${HOLDER}${VERSION_OF}
local call = redis.call
local wrong = strange(KEYS[1], ARGV[1])
if wrong then return wrong end

local before = call('HGET', KEYS[2], ARGV[2])
if before then
  -- Written again, so that WAIT and WAITAOF on this connection have something to wait for.
  call('HSET', KEYS[2], ARGV[2], before)
  return before
end

local at = 13
local count = {}
for i = 3, 10 do count[i - 2] = tonumber(ARGV[i]) end

local acknowledged = at
at = at + count[1]

for i = 1, count[2] do
  local documents = KEYS[tonumber(ARGV[at])]
  local found = versionOf(call('HGET', documents, ARGV[at + 1]))
  if found ~= tonumber(ARGV[at + 2]) then return { 'version', i - 1, found } end
  at = at + 3
end
for i = 1, count[3] do
  local epoch, n, incarnation = holder(KEYS[5], KEYS[4], ARGV[at])
  if incarnation ~= ARGV[at + 1] or epoch ~= ARGV[at + 2] or n ~= ARGV[at + 3] then return { 'claim', i - 1 } end
  at = at + 4
end

local answer = { string.format('%.0f', now) }
for i = 1, count[4] do
  local first = tonumber(ARGV[at])
  local documents, ids, expiry, id, ttl = KEYS[first], KEYS[first + 1], KEYS[first + 2], ARGV[at + 1], ARGV[at + 2]
  local packed = call('HGET', documents, id)
  local version, expires = versionOf(packed)
  local head = string.format('%d', version + 1)
  answer[i + 1] = head
  if ttl ~= '' then
    for _, old in ipairs(call('ZRANGEBYSCORE', expiry, '-inf', now, 'LIMIT', 0, 20)) do
      call('HDEL', documents, old)
      call('ZREM', ids, old)
      call('ZREM', expiry, old)
      if old == id then packed = false end
    end
    local ends = string.format('%.0f', now + tonumber(ttl))
    head = head .. '~' .. ends
    call('ZADD', expiry, ends, id)
  elseif expires then
    call('ZREM', expiry, id)
  end
  call('HSET', documents, id, head .. ':' .. ARGV[at + 3])
  if not packed then call('ZADD', ids, 0, id) end
  at = at + 4
end
for _ = 1, count[5] do
  local first = tonumber(ARGV[at])
  if call('HDEL', KEYS[first], ARGV[at + 1]) == 1 then
    call('ZREM', KEYS[first + 1], ARGV[at + 1])
    call('ZREM', KEYS[first + 2], ARGV[at + 1])
  end
  at = at + 2
end

local moved = {}
for i = 1, count[6] do
  local changed
  if ARGV[at + 1] == '' then changed = call('ZREM', KEYS[3], ARGV[at]) else changed = call('ZADD', KEYS[3], 'CH', ARGV[at + 1], ARGV[at]) end
  if changed == 1 then moved[#moved + 1] = ARGV[at] end
  at = at + 2
end
for i = 1, count[7] do
  if call('ZADD', KEYS[3], 'LT', 'CH', ARGV[at + 1], ARGV[at]) == 1 then moved[#moved + 1] = ARGV[at] end
  at = at + 2
end

local logged = {}
for i = 1, count[8] do
  local n = call('HINCRBY', KEYS[8], 'log', 1)
  local about = ARGV[at]
  call('XADD', KEYS[6], n .. '-0', 'at', answer[1], 'about', about, 'type', ARGV[at + 1], 'body', ARGV[at + 2])
  if about ~= '-' then call('ZADD', KEYS[7], 0, string.sub(about, 2) .. '\\0' .. string.format('%016d', n)) end
  logged[i] = { string.format('%d', n), answer[1], about, ARGV[at + 1], ARGV[at + 2] }
  at = at + 3
end
if count[8] > 0 and call('XLEN', KEYS[6]) >= tonumber(ARGV[11]) + ${CUT} then
  local last
  for _, entry in ipairs(call('XRANGE', KEYS[6], '-', '+', 'COUNT', call('XLEN', KEYS[6]) - tonumber(ARGV[11]))) do
    last = tonumber(string.match(entry[1], '^%d+'))
    local about = entry[2][4]
    if about ~= '-' then call('ZREM', KEYS[7], string.sub(about, 2) .. '\\0' .. string.format('%016d', last)) end
  end
  call('XTRIM', KEYS[6], 'MINID', string.format('%d', last + 1) .. '-0')
end

local text = table.concat(answer, ' ')
call('HSET', KEYS[2], ARGV[2], text)
-- Not before: once a script has written, Redis no longer refuses it for want of memory.
for i = 1, count[1] do call('HDEL', KEYS[2], ARGV[acknowledged + i - 1]) end
if call('PTTL', KEYS[2]) < ${ANSWERS_MS / 2} then call('PEXPIRE', KEYS[2], ${ANSWERS_MS}) end

if #moved > 0 or #logged > 0 then
  local listeners = redis.pcall('PUBSUB', 'NUMSUB', ARGV[12])
  if type(listeners[2]) == 'number' and listeners[2] > 0 then
    redis.pcall('PUBLISH', ARGV[12], cjson.encode({ due = moved, log = logged }))
  end
end
return text
`,
);
