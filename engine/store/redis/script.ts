// A Lua script and its digest. Redis runs one script at a time, so a script is a transaction; it is not undone when it fails half-way,
// so each script checks all before it writes anything.

import { createHash } from 'node:crypto';

export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha: string;
}

export function script(name: string, lua: string): Script {
  return { name, lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** `now`: milliseconds of the server's clock. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Refuses to go on in a store that is empty or another grid's. `expected` is the beginning of the meta value, or empty. */
export const SAME_GRID = `
local function strange(key, expected)
  if expected == '' then return nil end
  local meta = redis.call('GET', key)
  if meta and string.sub(meta, 1, #expected) == expected then return nil end
  return { 'meta', meta or '' }
end
`;

/** `alive(livingKey, incarnation)`: whether that incarnation of a robot lives. */
export const ALIVE = `
local function alive(key, incarnation)
  local entry = redis.call('HGET', key, incarnation)
  if not entry then return false end
  local ends, state = string.match(entry, '^(%d+) (%a) ')
  return state == 'l' and tonumber(ends) > now
end
`;

/** `holder(claimsKey, livingKey, key)`: epoch, n and incarnation of the living holder, or nil. */
export const HOLDER = `
local function holder(claimsKey, livingKey, key)
  local claim = redis.call('HGET', claimsKey, key)
  if not claim then return nil end
  local epoch, n, incarnation = string.match(claim, '^(%d+) (%d+) (.*)$')
  if not alive(livingKey, incarnation) then return nil end
  return epoch, n, incarnation
end
`;

/** `versionOf(packed)`: the version of a document as it lies there, 0 when it is absent or has expired; and whether it expires. */
export const VERSION_OF = `
local function versionOf(packed)
  if not packed then return 0, false end
  local version, expiry = string.match(packed, '^(%d+)~?(%d*):')
  if expiry == '' then return tonumber(version), false end
  if tonumber(expiry) <= now then return 0, true end
  return tonumber(version), true
end
`;
