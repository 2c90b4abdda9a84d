// Fills one scalar the way the blueprint reader does, and gives value and problems in short form.

import { ScalarNode, type ScalarStyle } from '../../../../engine/blueprint/tree.ts';
import { evaluateScalar, type References, type TemplateScope } from '../../../../engine/blueprint/template/index.ts';
import { Report, SourceFile, toRecord, type DiagnosticRecord } from '../../../../engine/model/diagnostic.ts';
import type { Deferred } from '../../../../engine/model/expression.ts';
import type { JsonValue } from '../../../../engine/model/json.ts';
import type { ServiceKey } from '../../../../engine/model/key.ts';

export const PARAMS: Readonly<Record<string, JsonValue>> = {
  stage: 'prod',
  host: 'shop.test',
  port: 8080,
  debug: false,
  nothing: null,
  hosts: ['a.test', 'b.test'],
  limits: { cpu: 2, memory: 512 },
  users: [
    { name: 'ann', roles: ['x', 'y'] },
    { name: 'bob', roles: [] },
  ],
};

export interface Filled {
  readonly value: JsonValue | Deferred | undefined;
  readonly problems: readonly DiagnosticRecord[];
}

export const references: References = {
  status: (keyText, field) => ({
    key: (keyText.includes('/') ? keyText : `container/${keyText}`) as ServiceKey,
    field,
  }),
  secret: (name) => name,
};

export function fill(
  text: string,
  more: {
    readonly scope?: Partial<TemplateScope>;
    readonly references?: References | 'forbidden';
    readonly style?: ScalarStyle;
    readonly source?: string;
    readonly at?: number;
  } = {},
): Filled {
  const report = new Report();
  const source = more.source ?? text;
  const node = new ScalarNode(more.at ?? 0, source.length, text, more.style ?? 'plain');
  const value = evaluateScalar(
    node,
    new SourceFile('shop.yaml', source),
    { params: PARAMS, ...more.scope },
    more.references ?? references,
    report,
  );
  return { value, problems: report.sorted().map(toRecord) };
}

/** The value; a problem is thrown with its words. */
export function valueOf(text: string, scope: Partial<TemplateScope> = {}): JsonValue | Deferred | undefined {
  const { value, problems } = fill(text, { scope });
  if (problems.length > 0) throw new Error(problems.map(({ code, message }) => `${code} ${message}`).join('\n'));
  return value;
}

/** The one problem. */
export function problemOf(text: string, more: Parameters<typeof fill>[1] = {}): DiagnosticRecord {
  const { value, problems } = fill(text, more);
  if (value !== undefined || problems.length !== 1)
    throw new Error(`expected one problem of ${text}, found ${JSON.stringify({ value, problems })}`);
  return problems[0]!;
}
