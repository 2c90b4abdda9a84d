// Text that is really JSON or YAML. A change inside a configuration file is shown as the one value that changed, not as
// two blobs. Only text that is clearly a map or a list on both sides counts, and only up to a bounded size.

import { parseDocument } from 'yaml';
import { isObject, type JsonValue } from '../model/json.ts';

const MAX_JSON = 256 * 1024;
const MAX_YAML = 64 * 1024;

export interface Embedded {
  readonly format: 'json' | 'yaml';
  readonly have: JsonValue;
  readonly want: JsonValue;
}

export function embedded(have: string, want: string): Embedded | undefined {
  const longest = Math.max(have.length, want.length);
  if (longest <= MAX_JSON && looksJson(have) && looksJson(want)) {
    const [before, after] = [readJson(have), readJson(want)];
    if (before !== undefined && after !== undefined) return { format: 'json', have: before, want: after };
  }
  if (longest <= MAX_YAML && looksYaml(have) && looksYaml(want)) {
    const [before, after] = [readYaml(have), readYaml(want)];
    if (before !== undefined && after !== undefined) return { format: 'yaml', have: before, want: after };
  }
  return undefined;
}

function looksJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

/** Several lines, of which one begins as `key:`; a lone `a: b` is more likely a sentence. */
function looksYaml(text: string): boolean {
  return text.trimEnd().includes('\n') && /^[\w.'"-]{1,100}:(?:\s|$)/m.test(text);
}

function readJson(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function readYaml(text: string): JsonValue | undefined {
  try {
    const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' });
    if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
    // What the library gives for YAML core is JSON, except for maps with keys that are no text: those are refused below.
    const value = document.toJS({ maxAliasCount: 100 }) as unknown;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
