// The small scripts: founding, liveness, claims, and the reads that must see one moment or the server's clock.

import { COMMIT } from './commit-script.ts';
import { ALIVE, HOLDER, NOW, SAME_GRID, script } from './script.ts';

/**
 * Input: a grid is founded, or an epoch begins. KEYS: 1 meta, 2 counters. ARGV: 1 the new value, 2 what was seen there or '',
 * 3 a name of this very call.
 * Output: 1 when it holds now (also when this call was made before), 0 when something else is there.
 */
export const FOUND = script(
  'found',
  `
local there = redis.call('GET', KEYS[1]) or ''
local again = there == ARGV[1] and redis.call('HGET', KEYS[2], 'founder') == ARGV[3]
if there ~= ARGV[2] and not again then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], 'founder', ARGV[3])
return 1
`,
);

/** How long it is remembered that an incarnation was replaced or has died. */
const REMEMBERED_MS = 86_400_000;

/**
 * Input: a robot lives. KEYS: 1 meta, 2 living, 3 robots. ARGV: 1 expected meta, 2 robot, 3 incarnation, 4 ttl.
 * An incarnation that was never seen takes the place of the one before; that one is told so at its next beat.
 * Output: 1 renewed, 0 replaced, or ['meta', found].
 */
export const BEAT = script(
  'beat',
  `
${NOW}${SAME_GRID}
local wrong = strange(KEYS[1], ARGV[1])
if wrong then return wrong end
local robot, incarnation = ARGV[2], ARGV[3]
local entry = redis.call('HGET', KEYS[2], incarnation)
if entry and string.match(entry, '^%d+ (%a)') == 'x' then return 0 end
local present = redis.call('HGET', KEYS[3], robot)
if present ~= incarnation then
  if present then redis.call('HSET', KEYS[2], present, string.format('%.0f', now) .. ' x ' .. robot) end
  redis.call('HSET', KEYS[3], robot, incarnation)
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    local ends, gone = string.match(all[i + 1], '^(%d+) %a (.*)$')
    if tonumber(ends) < now - ${REMEMBERED_MS} and all[i] ~= incarnation then
      redis.call('HDEL', KEYS[2], all[i])
      if redis.call('HGET', KEYS[3], gone) == all[i] then redis.call('HDEL', KEYS[3], gone) end
    end
  end
end
redis.call('HSET', KEYS[2], incarnation, string.format('%.0f', now + tonumber(ARGV[4])) .. ' l ' .. robot)
return 1
`,
);

/** Input: who lives now? KEYS: 1 living. Output: incarnations. */
export const LIVING = script(
  'living',
  `
${NOW}${ALIVE}
local found = {}
for _, incarnation in ipairs(redis.call('HKEYS', KEYS[1])) do
  if alive(KEYS[1], incarnation) then found[#found + 1] = incarnation end
end
return found
`,
);

/**
 * Input: a robot wants a key. KEYS: 1 meta, 2 living, 3 claims, 4 counters. ARGV: 1 expected meta, 2 key, 3 incarnation.
 * Tokens come from one counter of the grid, so those of one key only grow and a released claim need not be kept.
 * Output: [epoch, n], ['held', by whom] or ['meta', found].
 */
export const CLAIM = script(
  'claim',
  `
${NOW}${SAME_GRID}${ALIVE}${HOLDER}
local wrong = strange(KEYS[1], ARGV[1])
if wrong then return wrong end
local _, _, by = holder(KEYS[3], KEYS[2], ARGV[2])
if by and by ~= ARGV[3] then return { 'held', by } end
local epoch = string.match(redis.call('GET', KEYS[1]) or '', ',(%d+)%]$') or '0'
local n = string.format('%d', redis.call('HINCRBY', KEYS[4], 'token', 1))
redis.call('HSET', KEYS[3], ARGV[2], epoch .. ' ' .. n .. ' ' .. ARGV[3])
return { epoch, n }
`,
);

/** Input: a claim is given back. KEYS: 1 claims. ARGV: 1 key, 2 incarnation, 3 epoch, 4 n. Output: 1, or 0 when it was not held. */
export const RELEASE = script(
  'release',
  `
local claim = redis.call('HGET', KEYS[1], ARGV[1])
if not claim then return 0 end
local epoch, n, incarnation = string.match(claim, '^(%d+) (%d+) (.*)$')
if incarnation ~= ARGV[2] or epoch ~= ARGV[3] or n ~= ARGV[4] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
`,
);

/** Input: whose time has come? KEYS: 1 due. ARGV: 1 limit. Output: key, time, key, time … earliest first. */
export const DUE = script(
  'due',
  `${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
`,
);

/** Input: how many? KEYS: 1 due. Output: [all, overdue]. */
export const DUE_COUNT = script(
  'due-count',
  `${NOW}
return { redis.call('ZCARD', KEYS[1]), redis.call('ZCOUNT', KEYS[1], '-inf', now) }
`,
);

/**
 * Input: a page of a collection. KEYS: 1 documents, 2 ids. ARGV: 1 lowest and 2 highest id as ZRANGEBYLEX wants them, 3 limit.
 * Output: [last id looked at or '', then id and packed document, …]; expired ones are left out.
 */
export const LIST = script(
  'list',
  `${NOW}
local ids = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local page = { ids[#ids] or '' }
for _, id in ipairs(ids) do
  local packed = redis.call('HGET', KEYS[1], id)
  if packed then
    local expiry = string.match(packed, '^%d+~(%d+):')
    if not expiry or tonumber(expiry) > now then
      page[#page + 1] = id
      page[#page + 1] = packed
    end
  end
end
return page
`,
);

/** Input: how many documents? KEYS: 1 documents, 2 expiry. Output: those that have not expired. */
export const COUNT = script(
  'count',
  `${NOW}
return redis.call('HLEN', KEYS[1]) - redis.call('ZCOUNT', KEYS[2], '-inf', now)
`,
);

/**
 * Input: a page of the log. KEYS: 1 log, 2 log-about. ARGV: 1 '-' or '+about', 2 number after which it begins or '', 3 limit,
 * 4 '1' for the newest first. Output: stream entries.
 */
export const READ_LOG = script(
  'read-log',
  `
local about, after, limit, newest = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
if about == '-' then
  local from = after == '' and (newest and '+' or '-') or '(' .. after .. '-0'
  if newest then return redis.call('XREVRANGE', KEYS[1], from, '-', 'COUNT', limit) end
  return redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', limit)
end
local head = string.sub(about, 2) .. '\\0'
local members
if newest then
  local high = after == '' and '(' .. head .. ':' or '(' .. head .. string.format('%016d', after)
  members = redis.call('ZREVRANGEBYLEX', KEYS[2], high, '[' .. head, 'LIMIT', 0, limit)
else
  local low = after == '' and '[' .. head or '(' .. head .. string.format('%016d', after)
  members = redis.call('ZRANGEBYLEX', KEYS[2], low, '(' .. head .. ':', 'LIMIT', 0, limit)
end
local entries = {}
for _, member in ipairs(members) do
  local id = string.format('%d', string.sub(member, #head + 1)) .. '-0'
  local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
  if entry then entries[#entries + 1] = entry end
end
return entries
`,
);

export const SCRIPTS = [COMMIT, FOUND, BEAT, LIVING, CLAIM, RELEASE, DUE, DUE_COUNT, LIST, COUNT, READ_LOG];
