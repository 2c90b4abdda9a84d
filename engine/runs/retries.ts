// The waits between attempts as people write them: `5,10,15` in seconds as in AYS, or with units, `5s,1m`; `0` or nothing is none.

import { EngineError } from '../model/errors.ts';
import { parseDuration } from '../model/units.ts';

export function parseRetries(text: string): readonly number[] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '0') return [];
  return trimmed.split(',').map((part) => {
    const word = part.trim();
    const parsed = parseDuration(/^\d+$/.test(word) ? `${word}s` : word);
    if (parsed.ok) return parsed.value;
    throw new EngineError('ACTION_INVALID', `retries: "${word.slice(0, 40)}" is no wait between attempts`, {
      hint:
        parsed.suggestion === undefined
          ? 'seconds or durations, such as 5,10,15 or 5s,1m; 0 for none'
          : `did you mean ${parsed.suggestion}?`,
    });
  });
}
