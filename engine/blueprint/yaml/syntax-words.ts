// The library's syntax errors in our words: what was found, and the next move. Codes and messages are those of `yaml` 2;
// one that is not known here is passed on as it is.

import type { ErrorCode as LibraryCode } from 'yaml';
import type { ErrorCode } from '../../model/errors.ts';

export interface SyntaxWords {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

interface Answer extends SyntaxWords {
  /** Where it really is, when not where the library stumbled. */
  readonly start?: number;
  /** What follows in this document cannot be trusted. */
  readonly fatal?: boolean;
}

/** Undefined: nothing to tell. `opened` is where the quote or bracket that ends here was opened. */
export function saySyntax(
  code: LibraryCode,
  message: string,
  text: string,
  at: number,
  lineStart: number,
  opened: number | undefined,
): Answer | undefined {
  const indent = /^[ \t]*/.exec(text.slice(lineStart, lineStart + 1000))?.[0] ?? '';
  const tab = indent.indexOf('\t');
  if (code === 'TAB_AS_INDENT' || (tab >= 0 && code !== 'MISSING_CHAR')) {
    const start = tab >= 0 ? lineStart + tab : at;
    return {
      code: 'YAML_TAB',
      start,
      message: 'this line is indented with a tab',
      hint: 'indent with spaces, two per level',
    };
  }
  if (code === 'TAG_RESOLVE_FAILED' || code === 'BAD_COLLECTION_TYPE') {
    // Core tags are judged by the tree builder.
    if (/tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)\b/.test(message)) return undefined;
    const tag = /^[^\s,[\]{}]+/.exec(text.slice(at, at + 60))?.[0] ?? '';
    return {
      code: 'YAML_TAG_UNKNOWN',
      message: `unknown tag ${tag}`,
      hint: 'remove the tag; the schema of the field decides its type',
    };
  }
  if (code === 'RESOURCE_EXHAUSTION') {
    return {
      code: 'YAML_TOO_DEEP',
      message: 'nested too deep to read',
      hint: 'is something closed or outdented too late?',
      fatal: true,
    };
  }
  // The library takes a comment in column 1 inside braces for one that touches the text before it.
  if (message.startsWith('Comments must be separated') && at === lineStart) return undefined;
  const words = sayPlain(code, message, text, at, opened);
  return { code: 'YAML_SYNTAX', ...words };
}

function sayPlain(
  code: LibraryCode,
  message: string,
  text: string,
  at: number,
  opened: number | undefined,
): Omit<Answer, 'code'> {
  const word = wordAt(text, at);
  switch (code) {
    case 'MISSING_CHAR':
      if (message.startsWith('Missing closing')) {
        return {
          ...(opened !== undefined && { start: opened }),
          fatal: true,
          ...unclosedQuote(message.includes('"') ? '"' : "'"),
        };
      }
      if (message.startsWith('Implicit map keys')) {
        return {
          message: `"${word}" stands where a key is expected, but has no ": value"`,
          hint: `write "${word}: …", or indent it when it belongs to the value above`,
        };
      }
      if (message.startsWith('Flow')) {
        const close = message.at(-1) ?? '}';
        return unclosed(close, opened, '');
      }
      if (message.startsWith('Missing , or :') || message.startsWith('Missing , between')) {
        return { message: `a comma is missing before ${here(text, at)}`, hint: 'separate the items with ", "' };
      }
      if (message.startsWith('Missing space after :')) {
        return { message: 'a space is missing after the ":"', hint: 'write "key: value"' };
      }
      if (message.startsWith('Comments must be separated')) {
        return { message: 'a space is missing before this "#"', hint: 'write " #" for a comment, or quote the value' };
      }
      if (message.startsWith('Sequence item without')) {
        return {
          message: `${here(text, at)} stands in a list but has no "- "`,
          hint: 'start it with "- ", or outdent it',
        };
      }
      if (message.startsWith('Block collection cannot start')) {
        return { message: 'a map or list cannot start on the line of "---"', hint: 'put it on the next line' };
      }
      if (message.startsWith('Tags and anchors must be separated')) {
        return { message: 'a space is missing after the anchor or tag', hint: 'write "&name value"' };
      }
      if (message.startsWith('Block scalars with more-indented')) {
        return {
          message: 'an empty line before the text is indented more than the text',
          hint: 'remove its spaces, or say the indentation: |2',
        };
      }
      break;
    case 'BAD_INDENT':
      if (message.startsWith('All mapping items')) {
        return {
          start: nextContent(text, at),
          message: `${here(text, nextContent(text, at))} does not start in the same column as the keys of its map`,
          hint: 'give all keys of one map the same indentation',
        };
      }
      if (message.startsWith('All sequence items')) {
        return {
          message: 'this "-" does not start in the same column as the others',
          hint: 'give all items of one list the same indentation',
        };
      }
      if (message.startsWith('Flow')) {
        return unclosed(message.at(-1) ?? '}', opened, '; its lines must be indented more than their key');
      }
      return {
        message: 'this text is not indented enough',
        hint: 'indent the lines of a text more than its key, all alike',
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      if (!/:(\s|$)/.test(lineRest(text, at))) {
        return {
          message: `the key with the value "${lineRest(text, at)}" has keys indented below it as well`,
          hint: 'a key has a value or a map: outdent the lines below, or remove the value',
        };
      }
      return {
        message: 'a second "key: " in one line',
        hint: `quote the value: '${lineRest(text, at)}'; or start the map on a new line, indented more`,
      };
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        message: `${here(text, at)} has no ":", so YAML reads it together with the key on the next line`,
        hint: 'add the ": ", or quote the text',
      };
    case 'KEY_OVER_1024_CHARS':
      return { message: 'this key has more than 1024 characters', hint: 'is a line break or a quote missing?' };
    case 'BAD_SCALAR_START': {
      const char = text[at] ?? '';
      return {
        message: `a value cannot start with ${char} unless it is quoted`,
        hint: `quote it: '${lineRest(text, at)}'`,
      };
    }
    case 'BAD_DQ_ESCAPE': {
      const escape = /sequence (.*)$/s.exec(message)?.[1] ?? '\\';
      return {
        message: `${escape} is no escape that double quotes know`,
        hint: `write \\${escape}, or use single quotes, where a backslash is only a backslash`,
      };
    }
    case 'BAD_ALIAS':
    case 'ALIAS_PROPS':
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
    case 'BAD_PROP_ORDER':
      return { message: lower(message), hint: 'write "key: &name value" and later "key: *name"' };
    case 'BAD_DIRECTIVE':
      return { message: lower(message), hint: 'a blueprint needs no % directives; remove the line' };
    case 'BLOCK_IN_FLOW':
      return {
        message: 'an indented map or list cannot stand inside { } or [ ]',
        hint: 'write it with braces, or take the outer ones away',
      };
    case 'UNEXPECTED_TOKEN':
      return sayUnexpected(message, text, at);
    default:
  }
  return { message: lower(message), hint: 'compare with the lines around it: quotes, brackets, indentation' };
}

function sayUnexpected(message: string, text: string, at: number): Omit<Answer, 'code'> {
  if (message.startsWith('Unexpected , in') || message.startsWith('Unexpected empty item')) {
    return { message: 'a comma without an item before it', hint: 'remove it' };
  }
  if (message.includes('at node end')) {
    return {
      message: `${here(text, at)} comes after the end of the value`,
      hint: 'quote the whole value, or start a new line',
    };
  }
  if (message.startsWith('Block scalar header')) {
    return { message: 'text on the line of | or >', hint: 'start the text on the next line, indented more' };
  }
  const closing = /flow-(map|seq)-end/.exec(message)?.[1];
  if (closing !== undefined) {
    const char = closing === 'map' ? '}' : ']';
    return { message: `a ${char} that closes nothing`, hint: 'remove it, or quote the value it belongs to' };
  }
  return {
    message: `${here(text, at)} is not expected here`,
    hint: 'compare with the lines around it: quotes, brackets, indentation',
  };
}

export function unclosedQuote(quote: string): { readonly message: string; readonly hint: string } {
  return {
    message: `the quote ${quote} opened here is not closed`,
    hint: `add the closing ${quote}${quote === "'" ? '; an apostrophe inside is written twice' : '; a quote inside is written \\"'}`,
  };
}

function unclosed(close: string, opened: number | undefined, more: string): Omit<Answer, 'code'> {
  const open = close === '}' ? '{' : '[';
  return {
    ...(opened !== undefined && { start: opened }),
    fatal: true,
    message: opened === undefined ? `a ${open} before here is not closed` : `the ${open} opened here is not closed`,
    hint: `add the missing ${close}${more}`,
  };
}

function nextContent(text: string, at: number): number {
  return at + (/^\s*/.exec(text.slice(at, at + 1000))?.[0].length ?? 0);
}

function here(text: string, at: number): string {
  const word = wordAt(text, at);
  return word === '' ? 'the end of the line' : `"${word}"`;
}

function wordAt(text: string, at: number): string {
  const word = /^\s?([^\s,:]*[^\r\n]?)/.exec(text.slice(at, at + 100))?.[1]?.trim() ?? '';
  return word.length > 40 ? `${word.slice(0, 37)}…` : word.replace(/[:,]$/, '') || word;
}

function lineRest(text: string, at: number): string {
  const rest = /^[^\r\n]*/.exec(text.slice(at, at + 60))?.[0] ?? '';
  return rest
    .replace(/\s+#.*$/, '')
    .trimEnd()
    .replaceAll("'", "''");
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
