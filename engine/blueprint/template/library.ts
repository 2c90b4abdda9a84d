// The helpers: what each takes, what it gives, and one example that a test evaluates. They are pure, look only at their
// arguments, and cannot give more than the bound: what could grow is measured before it is made.

import { createHash } from 'node:crypto';

import { canonicalJson, jsonEqual, type JsonValue } from '../../model/json.ts';
import {
  concat,
  contains,
  indent,
  join,
  length,
  lookup,
  members,
  notZero,
  order,
  replace,
  split,
  unbase64,
  unjson,
} from './functions.ts';
import { truthy, type ArgumentType } from './values.ts';

export interface Helper {
  readonly name: string;
  /** As a person writes them: `TEXT FROM TO`. */
  readonly arguments: string;
  readonly summary: string;
  readonly example: { readonly template: string; readonly gives: JsonValue };
  readonly takes: readonly ArgumentType[];
  /** The last one may be repeated this often in all; the default is as many as `takes` has. */
  readonly most?: number;
  /** Absent: the evaluator itself does it, because not every argument is evaluated. */
  readonly run?: (...args: readonly JsonValue[]) => JsonValue;
}

const MANY = 100;

/** The params of the examples. */
export const EXAMPLE_PARAMS: Readonly<Record<string, JsonValue>> = {
  stage: 'prod',
  name: 'Shop',
  hosts: ['a.test', 'b.test'],
  limits: { cpu: 2, memory: 512 },
  note: null,
};

// Arguments have been checked against `takes` before `run`, so the casts only tell the compiler.
const table: readonly Helper[] = [
  {
    name: 'eq',
    arguments: 'A B',
    summary: 'true when both are equal, type included',
    example: { template: '{{eq params.stage "prod"}}', gives: true },
    takes: ['any', 'any'],
    run: (a, b) => jsonEqual(a, b),
  },
  {
    name: 'ne',
    arguments: 'A B',
    summary: 'true when they differ',
    example: { template: '{{ne params.stage "dev"}}', gives: true },
    takes: ['any', 'any'],
    run: (a, b) => !jsonEqual(a, b),
  },
  {
    name: 'lt',
    arguments: 'A B',
    summary: 'A below B; two numbers or two texts',
    example: { template: '{{lt 2 10}}', gives: true },
    takes: ['number or text', 'number or text'],
    run: (a, b) => order(a, b) < 0,
  },
  {
    name: 'le',
    arguments: 'A B',
    summary: 'A below B or equal',
    example: { template: '{{le 2 2}}', gives: true },
    takes: ['number or text', 'number or text'],
    run: (a, b) => order(a, b) <= 0,
  },
  {
    name: 'gt',
    arguments: 'A B',
    summary: 'A above B',
    example: { template: '{{gt params.limits.cpu 4}}', gives: false },
    takes: ['number or text', 'number or text'],
    run: (a, b) => order(a, b) > 0,
  },
  {
    name: 'ge',
    arguments: 'A B',
    summary: 'A above B or equal',
    example: { template: '{{ge "b" "a"}}', gives: true },
    takes: ['number or text', 'number or text'],
    run: (a, b) => order(a, b) >= 0,
  },
  {
    name: 'not',
    arguments: 'A',
    summary: 'true when A is false, null, 0 or empty',
    example: { template: '{{not (eq params.stage "dev")}}', gives: true },
    takes: ['any'],
    run: (a) => !truthy(a),
  },
  {
    name: 'and',
    arguments: 'A B …',
    summary: 'true when all are; stops at the first that is not',
    example: { template: '{{and true (gt 2 1)}}', gives: true },
    takes: ['any'],
    most: MANY,
  },
  {
    name: 'or',
    arguments: 'A B …',
    summary: 'true when one is; stops at the first that is',
    example: { template: '{{or false (gt 1 2)}}', gives: false },
    takes: ['any'],
    most: MANY,
  },
  {
    name: 'pick',
    arguments: 'COND A B',
    summary: 'A when the condition holds, else B; only that one is evaluated',
    example: { template: '{{pick (eq params.stage "prod") 3 1}}', gives: 3 },
    takes: ['any', 'any', 'any'],
  },
  {
    name: 'default',
    arguments: 'VALUE OTHER',
    summary: 'VALUE, or OTHER when it is null, empty text or a member that is missing',
    example: { template: '{{default params.note "none"}}', gives: 'none' },
    takes: ['any', 'any'],
  },
  {
    name: 'lookup',
    arguments: 'MAP KEY',
    summary: 'a member of a map, or an item of a list by number from 0; null when missing',
    example: { template: '{{lookup params.limits "memory"}}', gives: 512 },
    takes: ['list or map', 'number or text'],
    run: lookup,
  },
  {
    name: 'first',
    arguments: 'LIST',
    summary: 'the first item; null of an empty list',
    example: { template: '{{first params.hosts}}', gives: 'a.test' },
    takes: ['list'],
    run: (list) => (list as JsonValue[])[0] ?? null,
  },
  {
    name: 'last',
    arguments: 'LIST',
    summary: 'the last item; null of an empty list',
    example: { template: '{{last params.hosts}}', gives: 'b.test' },
    takes: ['list'],
    run: (list) => (list as JsonValue[]).at(-1) ?? null,
  },
  {
    name: 'length',
    arguments: 'VALUE',
    summary: 'how many items, members or characters',
    example: { template: '{{length params.hosts}}', gives: 2 },
    takes: ['text, list or map'],
    run: length,
  },
  {
    name: 'keys',
    arguments: 'MAP',
    summary: 'the names of the members, in the order written',
    example: { template: '{{keys params.limits}}', gives: ['cpu', 'memory'] },
    takes: ['map'],
    run: (map) => members(map).map(([key]) => key),
  },
  {
    name: 'values',
    arguments: 'MAP',
    summary: 'the values of the members, in the order written',
    example: { template: '{{values params.limits}}', gives: [2, 512] },
    takes: ['map'],
    run: (map) => members(map).map(([, value]) => value),
  },
  {
    name: 'contains',
    arguments: 'WHERE WHAT',
    summary: 'a list holds the item, a map the key, a text the text',
    example: { template: '{{contains params.hosts "b.test"}}', gives: true },
    takes: ['text, list or map', 'any'],
    run: contains,
  },
  {
    name: 'concat',
    arguments: 'A B …',
    summary: 'lists put together into one list, or plain values into one text',
    example: { template: '{{concat params.hosts (split "c.test" ",")}}', gives: ['a.test', 'b.test', 'c.test'] },
    takes: ['any'],
    most: MANY,
    run: concat,
  },
  {
    name: 'join',
    arguments: 'LIST SEPARATOR',
    summary: 'the items as one text',
    example: { template: '{{join params.hosts ","}}', gives: 'a.test,b.test' },
    takes: ['list', 'text'],
    run: (list, separator) => join(list as JsonValue[], separator as string),
  },
  {
    name: 'split',
    arguments: 'TEXT SEPARATOR',
    summary: 'the parts of a text as a list',
    example: { template: '{{split "a,b" ","}}', gives: ['a', 'b'] },
    takes: ['text', 'text'],
    run: (text, separator) => split(text as string, separator as string),
  },
  {
    name: 'lower',
    arguments: 'TEXT',
    summary: 'in small letters',
    example: { template: '{{lower params.name}}', gives: 'shop' },
    takes: ['text'],
    run: (text) => (text as string).toLowerCase(),
  },
  {
    name: 'upper',
    arguments: 'TEXT',
    summary: 'in capital letters',
    example: { template: '{{upper params.name}}', gives: 'SHOP' },
    takes: ['text'],
    run: (text) => (text as string).toUpperCase(),
  },
  {
    name: 'trim',
    arguments: 'TEXT',
    summary: 'without white space at both ends',
    example: { template: '{{trim "  a b "}}', gives: 'a b' },
    takes: ['text'],
    run: (text) => (text as string).trim(),
  },
  {
    name: 'replace',
    arguments: 'TEXT FROM TO',
    summary: 'every FROM in it becomes TO; no patterns',
    example: { template: '{{replace "a.b.c" "." "-"}}', gives: 'a-b-c' },
    takes: ['text', 'text', 'text'],
    run: (text, from, to) => replace(text as string, from as string, to as string),
  },
  {
    name: 'indent',
    arguments: 'SPACES TEXT',
    summary: 'spaces before every line that is not empty',
    example: { template: '{{indent 2 "a"}}', gives: '  a' },
    takes: ['number', 'text'],
    run: (spaces, text) => indent(spaces as number, text as string),
  },
  {
    name: 'base64',
    arguments: 'TEXT',
    summary: 'the UTF-8 bytes of a text in base64',
    example: { template: '{{base64 "shop"}}', gives: 'c2hvcA==' },
    takes: ['text'],
    run: (text) => Buffer.from(text as string, 'utf8').toString('base64'),
  },
  {
    name: 'unbase64',
    arguments: 'TEXT',
    summary: 'the text that stands in base64',
    example: { template: '{{unbase64 "c2hvcA=="}}', gives: 'shop' },
    takes: ['text'],
    run: (text) => unbase64(text as string),
  },
  {
    name: 'sha256',
    arguments: 'TEXT',
    summary: 'the SHA-256 of a text, in hexadecimal',
    example: { template: '{{sha256 ""}}', gives: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    takes: ['text'],
    run: (text) =>
      createHash('sha256')
        .update(text as string, 'utf8')
        .digest('hex'),
  },
  {
    name: 'json',
    arguments: 'VALUE',
    summary: 'any value as JSON text, keys sorted; safe to put into YAML',
    example: { template: '{{json params.limits}}', gives: '{"cpu":2,"memory":512}' },
    takes: ['any'],
    run: (value) => canonicalJson(value),
  },
  {
    name: 'unjson',
    arguments: 'TEXT',
    summary: 'the value that stands in a JSON text',
    example: { template: "{{unjson '[1,2]'}}", gives: [1, 2] },
    takes: ['text'],
    run: (text) => unjson(text as string),
  },
  {
    name: 'add',
    arguments: 'A B …',
    summary: 'the sum',
    example: { template: '{{add 8000 (length params.hosts)}}', gives: 8002 },
    takes: ['number', 'number'],
    most: MANY,
    run: (...all) => (all as number[]).reduce((a, b) => a + b),
  },
  {
    name: 'sub',
    arguments: 'A B',
    summary: 'A less B',
    example: { template: '{{sub 5 3}}', gives: 2 },
    takes: ['number', 'number'],
    run: (a, b) => (a as number) - (b as number),
  },
  {
    name: 'mul',
    arguments: 'A B …',
    summary: 'the product',
    example: { template: '{{mul params.limits.cpu 10}}', gives: 20 },
    takes: ['number', 'number'],
    most: MANY,
    run: (...all) => (all as number[]).reduce((a, b) => a * b),
  },
  {
    name: 'div',
    arguments: 'A B',
    summary: 'A divided by B',
    example: { template: '{{div params.limits.memory 4}}', gives: 128 },
    takes: ['number', 'number'],
    run: (a, b) => (a as number) / notZero(b),
  },
  {
    name: 'mod',
    arguments: 'A B',
    summary: 'what remains of A divided by B',
    example: { template: '{{mod 7 3}}', gives: 1 },
    takes: ['number', 'number'],
    run: (a, b) => (a as number) % notZero(b),
  },
  {
    name: 'status',
    arguments: '"KIND/NAME" "FIELD"',
    summary: 'an output of another service, known when that one is there; makes a dependency',
    example: { template: '{{status "container/db" "address"}}', gives: '{{status "container/db" "address"}}' },
    takes: ['text', 'text'],
  },
  {
    name: 'secret',
    arguments: '"NAME"',
    summary: 'a secret, known only where it is used; the value it stands in is secret whole',
    example: { template: '{{secret "db-password"}}', gives: '{{secret "db-password"}}' },
    takes: ['text'],
  },
];

export const HELPERS: ReadonlyMap<string, Helper> = new Map(table.map((helper) => [helper.name, helper]));

/** What `ays explain templates` prints: one row for each helper. */
export function helperNames(): readonly Omit<Helper, 'run' | 'takes' | 'most'>[] {
  return table.map(({ name, arguments: args, summary, example }) => ({ name, arguments: args, summary, example }));
}
