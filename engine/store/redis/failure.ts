// What Redis or the way to it said, as an error of the catalogue. A lost connection is worth another try; a full or broken server too,
// once somebody has made room; a right that is missing needs a person.

import { EngineError } from '../../model/errors.ts';

const LOST =
  /Connection is closed|Connection is in|ECONN|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|max retries per request|Command timed out|Command aborted|isn't writeable|All sentinels are unreachable|^(LOADING|MASTERDOWN|READONLY|NOREPLICAS|BUSY|CLUSTERDOWN|TRYAGAIN|UNBLOCKED)\b/i;

export function storeFailure(error: unknown, where: string, more: { readonly unknown?: boolean } = {}): EngineError {
  if (error instanceof EngineError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const detail = more.unknown === true ? { outcome: 'unknown' } : {};
  const context = { cause: error, detail };
  if (/^OOM\b/.test(said))
    return new EngineError('STORE_FULL', `Redis (${where}) has no memory left: ${said}`, {
      ...context,
      hint: 'Raise `maxmemory`, or give the machine more memory. Nothing that was acknowledged is lost.',
    });
  if (/^MISCONF\b/.test(said))
    return new EngineError('STORE_FULL', `Redis (${where}) cannot write to its disk: ${said}`, {
      ...context,
      hint: 'Look at the disk and the log of Redis. It goes on by itself once it can write.',
    });
  if (/^(NOPERM|NOAUTH|WRONGPASS|DENIED)\b|NOPERM|ACL failure/.test(said))
    return new EngineError('STORE_REFUSED', `Redis (${where}) does not let this robot in: ${said}`, {
      ...context,
      hint: 'Look at the user and password in the address. The user needs `~ays:<grid>:* &ays:<grid>:* +@all -@dangerous +info +config|get`.',
    });
  if (LOST.test(said))
    return new EngineError('STORE_UNREACHABLE', `Redis (${where}) cannot be reached: ${said}`, {
      ...context,
      hint: 'It is tried again by itself. `ays doctor` shows where it looks.',
    });
  return new EngineError('STORE_FAILED', `Redis (${where}) failed: ${said}`, context);
}
