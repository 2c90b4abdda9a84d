// YAML texts for the tests: random trees printed in random styles, drawn from a tape of numbers so that fast-check can
// shrink them, and snippets that are broken on purpose by small edits.

import fc from 'fast-check';

class Tape {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(limit: number): number {
    return (this.#numbers[this.#at++] ?? 0) % limit;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  once(of: number): boolean {
    return this.below(of) === of - 1;
  }
}

const WORDS = [
  'a', 'image', 'web', 'x y', '80', '1.10', '0644', '0x1F', '0o17', '-1', '1e3', '.5', '-.inf', '.NaN', 'true', 'False',
  'null', '~', 'a:b', 'oci:shop:2.1', 'http://x/y#z', 'a#b', 'ünï', '😀', '8080:80', '-x', '-1s', '--', 'a - b', 'x{{y}}',
  'a,b', '[', 'a]b', 'a}b', "it's", 'say "x"', 'C:\\x', '*', 'key', '<<', '=', '9007199254740993', '+1', '1_000', '12:30',
  '__proto__', 'constructor', 'yes', '0o9', '0x', '1.', '1.e2', '..', 'a  b', '@x', '%x', '`x', '|', '!x', '&x', '? x', ': x',
]; // prettier-ignore

const KEYS = [
  'a', 'b', 'image', 'container__web', 'task/migrate', 'os.image', 'env', 'x-y', '80', 'a b', '__proto__', 'toString',
  'ünï', '1.0', 'true', 'A_B', "it's", 'a:b', '😀', 'length',
]; // prettier-ignore

interface Style {
  readonly step: number;
  readonly tape: Tape;
  readonly anchors: string[];
  disturbed: boolean;
}

/** Ordinary text, as people write it; the fast reader must take nearly all of it. */
export function ordinaryText(numbers: readonly number[]): string {
  const tape = new Tape(numbers);
  const style: Style = { step: 2 + tape.below(3), tape, anchors: [], disturbed: false };
  const documents = tape.once(6) ? 1 + tape.below(3) : 1;
  const parts: string[] = [];
  for (let index = 0; index < documents; index++) {
    style.anchors.length = 0;
    if (index > 0 || tape.once(8)) parts.push(`---${tape.pick(['', ' ', ' # c', '  # ---'])}\n`);
    if (tape.once(10)) parts.push(tape.pick(['# comment\n', '\n', '  \n', '   # indented\n']));
    if (tape.once(12)) continue;
    parts.push(tape.once(5) ? blockSeq(style, 0, 3) : blockMap(style, 0, 4));
  }
  const text = parts.join('');
  return tape.once(6) ? text.replace(/\n$/, '') : text;
}

export const ordinary: fc.Arbitrary<string> = fc
  .array(fc.nat({ max: 1023 }), { minLength: 5, maxLength: 300 })
  .map(ordinaryText);

function blockMap(style: Style, indent: number, depth: number): string {
  const { tape } = style;
  const pad = ' '.repeat(indent);
  const keys = new Set<string>();
  let text = '';
  const count = 1 + tape.below(4);
  for (let index = 0; index < count; index++) {
    const key = tape.pick(KEYS);
    if (keys.has(key)) continue;
    keys.add(key);
    text += `${blanks(style)}${index === 0 && text === '' && false ? '' : pad}${printKey(style, key)}:${value(style, indent, depth, true)}`;
  }
  if (style.anchors.length > 0 && tape.once(6)) {
    text += `${pad}<<: *${tape.pick(style.anchors)}\n`;
  }
  return text;
}

function blockSeq(style: Style, indent: number, depth: number): string {
  const { tape } = style;
  const pad = ' '.repeat(indent);
  let text = '';
  const count = 1 + tape.below(4);
  for (let index = 0; index < count; index++) {
    text += blanks(style) + pad + '-';
    if (depth > 1 && tape.once(3)) {
      const gap = 1 + tape.below(3);
      const inner = indent + 1 + gap;
      const body = tape.once(3) ? blockSeq(style, inner, depth - 1) : blockMap(style, inner, depth - 1);
      // The first line of what is inside stands on the line of the dash.
      const lines = body.split('\n');
      const first = lines.findIndex((line) => line.trim() !== '' && !line.trim().startsWith('#'));
      text += ' '.repeat(gap) + lines.slice(first).join('\n').slice(inner);
    } else {
      text += value(style, indent, depth, false);
    }
  }
  return text;
}

function value(style: Style, indent: number, depth: number, inMap: boolean): string {
  const { tape } = style;
  const inner = indent + style.step;
  switch (depth <= 0 ? tape.below(6) : tape.below(14)) {
    case 0:
    case 1:
    case 2:
      return ` ${scalar(style, false)}${comment(style)}\n`;
    case 3:
      return `${tape.pick(['', ' ', '   '])}${tape.pick(['', ' # nothing'])}\n`;
    case 4:
      return ` ${flow(style, 2, indent)}${comment(style)}\n`;
    case 5:
      return ` ${block(style, inner)}`;
    case 6:
    case 7:
    case 8:
      return `${comment(style)}\n${blockMap(style, inner, depth - 1)}`;
    case 9: {
      const same = inMap && tape.once(2) ? indent : inner;
      return `${comment(style)}\n${blockSeq(style, same, depth - 1)}`;
    }
    case 10: {
      const name = `n${style.anchors.length}`;
      const body = blockMap(style, inner, depth - 1);
      style.anchors.push(name);
      return ` &${name}${comment(style)}\n${body}`;
    }
    case 11:
      return style.anchors.length > 0 ? ` *${tape.pick(style.anchors)}${comment(style)}\n` : ' none\n';
    case 12:
      return ` several ${scalar(style, true).replace(/[:#]/g, '')}\n${' '.repeat(inner)}words${tape.pick(['', '\n'])}\n${' '.repeat(inner)}more${comment(style)}\n`;
    default:
      return ` &s${tape.below(9)} ${scalar(style, false)}\n`;
  }
}

function blanks(style: Style): string {
  const { tape } = style;
  if (!tape.once(8)) return '';
  return tape.pick(['\n', '\n\n', '# c: [\n', '   # "deep\n', '   \n', "#it's\n"]);
}

function comment(style: Style): string {
  return style.tape.once(6) ? style.tape.pick([' # c', '  #', ' #: "x', ' # {{a}}']) : '';
}

function printKey(style: Style, key: string): string {
  if (key === "it's") return `"${key}"`;
  const way = style.tape.below(10);
  return way === 8 ? `'${key}'` : way === 9 ? `"${key}"` : key;
}

function scalar(style: Style, plainOnly: boolean): string {
  const { tape } = style;
  const word = tape.pick(WORDS);
  const safe = /^[A-Za-z0-9.+~=<\u0080-\uffff-]/.test(word) && !/^-$|: | #|^\.\.\.$|^--$/.test(word);
  const way = tape.below(8);
  if ((way < 5 || plainOnly) && safe) return word;
  if (plainOnly) return 'word';
  if (way < 7 && !word.includes("'")) return `'${word}'`;
  if (way === 6) return `'${word.replaceAll("'", "''")}'`;
  return JSON.stringify(word) + '';
}

function flowScalar(style: Style): string {
  const text = scalar(style, false);
  return /^["']/.test(text) || !/[,[\]{}]/.test(text) ? text : 'word';
}

function flow(style: Style, depth: number, indent: number): string {
  const { tape } = style;
  const parts: string[] = [];
  const count = tape.below(4);
  const list = tape.once(2);
  const keys = new Set<string>();
  for (let index = 0; index < count; index++) {
    const item = depth > 0 && tape.once(4) ? flow(style, depth - 1, indent) : flowScalar(style);
    const key = tape.pick(KEYS);
    if (list) parts.push(item);
    else if (!keys.has(key)) parts.push(`${printKey(style, key)}: ${item}`);
    keys.add(key);
  }
  const gap = tape.pick(['', ' ']);
  const wrapped = tape.once(10) ? `\n${' '.repeat(indent + 2)}` : gap;
  const tail = parts.length > 0 && tape.once(8) ? ',' : '';
  const body = parts.join(tape.pick([', ', ',', ` ,\n${' '.repeat(indent + 1)}`]));
  return list ? `[${wrapped}${body}${tail}${gap}]` : `{${wrapped}${body}${tail} }`;
}

function block(style: Style, indent: number): string {
  const { tape } = style;
  const literal = tape.once(2);
  const header = `${literal ? '|' : '>'}${tape.pick(['', '-', '+', ''])}${tape.once(8) ? ' # c' : ''}`;
  let text = `${header}\n`;
  const lines = 1 + tape.below(4);
  for (let index = 0; index < lines; index++) {
    if (index > 0 && tape.once(5)) text += '\n';
    const more = literal && index > 0 && tape.once(4) ? '  ' : '';
    text += `${' '.repeat(indent)}${more}${tape.pick(['line', 'a: b', '# no comment', '- x', '{{y}}', '"', 'x\ty', 'end '])}\n`;
  }
  return text + tape.pick(['', '', '\n', '\n\n']);
}

export interface Edit {
  readonly act: 'delete' | 'insert' | 'double' | 'indent' | 'outdent' | 'swap';
  readonly where: number;
  readonly text: string;
}

const INSERTS = [
  ' ', '  ', '\n', ':', ': ', '- ', '#', ' #', "'", '"', '{', '}', '[', ']', ',', '|', '>', '&', '*', '!', '?', '? ', '%', '@',
  '\t', '\\', '---\n', '...\n', '{{', '}}', '<<: ', '&a ', '*a', '|2', '|+\n', '>-\n', '\r\n', '!!str ', '~', '\n\n', 'x', '0',
  '\u0000', '\u0085', '\ufeff', '\u2028', '\nx: ', ' :', '-', '\n- ', '\n  ', '\n ', '--- ', '# c\n', '\n# c\n',
]; // prettier-ignore

export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    act: fc.constantFrom('delete', 'insert', 'insert', 'double', 'indent', 'outdent', 'swap'),
    where: fc.nat({ max: 10_000 }),
    text: fc.constantFrom(...INSERTS),
  }),
  { minLength: 1, maxLength: 4 },
);

export function disturb(text: string, changes: readonly Edit[]): string {
  for (const { act, where, text: added } of changes) {
    const at = text.length === 0 ? 0 : where % (text.length + 1);
    const line = text.lastIndexOf('\n', at - 1) + 1;
    switch (act) {
      case 'delete':
        text = text.slice(0, at) + text.slice(at + 1);
        break;
      case 'insert':
        text = text.slice(0, at) + added + text.slice(at);
        break;
      case 'double':
        text = text.slice(0, at) + text.slice(Math.max(0, at - 1 - (where % 7)), at) + text.slice(at);
        break;
      case 'indent':
        text = text.slice(0, line) + ' '.repeat(1 + (where % 3)) + text.slice(line);
        break;
      case 'outdent':
        text = text.slice(0, line) + text.slice(line).replace(/^ /, '');
        break;
      case 'swap':
        text =
          text.slice(0, at) +
          text
            .slice(at, at + 2)
            .split('')
            .reverse()
            .join('') +
          text.slice(at + 2);
    }
  }
  return text;
}

/** Small texts that reach the corners of the language. */
export const SNIPPETS: readonly string[] = [
  'a: 1\nb:\n  c: 2\n  d: [1, 2, {e: f}]\n', 'a:\n- 1\n- 2\nb: 3\n', '- a: 1\n  b: 2\n-   c: 3\n    d: 4\n', '- - 1\n  - 2\n- - 3\n',
  'a: |\n  x\n   y\n\n  z\nb: 1\n', 'a: >-\n  x\n  y\n\n  z\n', 'a: |+\n  x\n\n\nb: 1\n', 'a: |2\n    x\n  y\n', '- |\n x\n- >\n y\n', 'a: >\n\n  x\n\n\n  y\n\n',
  'a: &x {b: 1}\nc: *x\nd: { <<: *x, e: 2 }\n', 'base: &b\n  k: 1\nuse:\n  <<: *b\n  k: 2\n', 'a: &l [*m]\n', 'x: &a 1\ny: &a 2\nz: *a\n',
  "a: 'it''s'\nb: \"x\\ny\\u00e9\"\n", 'a: x y\n  z\n\n  w\nb: 1\n', 'a: # c\n  # d\n  b: 1 # e\n# f\n', '---\na: 1\n---\n---\nb: 2\n', '# only\n', '---\n',
  'a: {b: 1, c: [x, y],\n  d: e }\nf: [\n  1,\n  2, # c\n]\n', '{"a":1,"b":[true,null]}\n', '[a, b]\n', 'a: [\n  {b: c},\n  {d: e}\n]\n', '"a b": 1\n\'c\' : 2\n',
  'a:\n    b:\n        - c\n        - d\n    e: f\n', 'a: -1\nb: - 1\n', 'a: b: c\n', 'a: [b\n', 'a:\n  - b\n c: 1\n', '? a\n: b\n', '!!str a: 1\n', '%YAML 1.2\n---\na: 1\n',
  'a: "b" c\n', 'a: @b\n', 'port: {{params.port}}\n', 'a: x{{b}} y\n', '- &a b\n- *a\n- &c\n  d: e\n', 'a: !x b\n', 'a: 1\n...\nb: 2\n', 'a:\n\n\n  b: 1\n\n\n', '-\n-\n  a\n- \n',
  'a: &x\n- 1\nb: &y\n  c: 1\nd: &z\n', 'a: *x\n', 'k: |\n  a\n # c\nb: 1\n', 'k: |-\nb: 1\n', 'a: >+\n x\n\n # c\n', '- a\n-b\n- c: d\n- e:f\n', "a: [ 'x', \"y\", z w ]\n", 'a: {}\nb: []\nc:\n',
  'a: [x: 1, {y: 2}]\n', 'a: {b, c: }\n', 'a: "x\n  y"\nb: 1\n', "a: 'x\n\n  y'\n", 'a: {b: "c",d: e}\n', 'a: {"b":c, \'d\':e}\n', 'a: [a b, c d]\n', 'a:b\n', 'a : b\n', 'a: b : c\n', 'a:  b  \n',
]; // prettier-ignore
