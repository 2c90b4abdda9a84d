// `ays explain`: the kinds, one kind, one field. Text for people, and the same facts as JSON.

import { stringify } from 'yaml';
import type { AnyActor } from '../../../engine/model/actor.ts';
import type { JsonObject, JsonValue } from '../../../engine/model/json.ts';
import type { Registry } from '../../../engine/model/registry.ts';
import { padEnd, textWidth, wrap } from '../display.ts';
import type { Output } from '../output.ts';
import { describeCommon, describeFields, describeOutputs, describePath, type FieldInfo } from './describe.ts';

export function explainKinds(registry: Registry, output: Output): void {
  const kinds = registry.kinds().map((kind) => ({ kind, description: registry.actor(kind)!.schema.description }));
  if (output.json) return output.document({ ok: true, kinds });
  const { bold, dim } = output.paint;
  output.line(bold('Kinds of services'));
  const width = Math.max(...kinds.map(({ kind }) => kind.length));
  for (const { kind, description } of kinds) {
    output.line(
      `  ${bold(padEnd(kind, width))}  ${wrap(firstSentence(description), output.width, ' '.repeat(width + 4)).trimStart()}`,
    );
  }
  output.line('');
  output.line(dim('ays explain container          a kind, with its fields'));
  output.line(dim('ays explain container.mounts   a field'));
  output.line(dim('ays explain FIELD_UNKNOWN      an error code'));
  output.line(dim('ays explain templates          the helpers inside {{ }}'));
}

export function explainKind(registry: Registry, actor: AnyActor, output: Output): void {
  const { schema } = actor;
  const fields = describeFields(registry, actor);
  const common = describeCommon(registry, actor);
  const outputs = describeOutputs(registry, actor);
  const example = exampleOf(registry, actor);
  const actions = Object.entries(actor.actions ?? {}).map(([name, { summary, risk }]) => ({ name, summary, risk }));
  const steps = Object.entries(actor.steps).map(([name, { summary, risk }]) => ({ name, summary, risk }));
  const holdsData = schema['x-holdsData'] === true;
  if (output.json) {
    const { kind, version } = actor;
    return output.document({
      ok: true,
      kind,
      version,
      description: schema.description,
      holdsData,
      fields,
      common,
      outputs,
      steps,
      actions,
      example,
    });
  }
  const { bold, dim } = output.paint;
  output.line(
    `${bold(actor.kind)} ${dim(`version ${actor.version}`)}${holdsData ? dim(', holds data: when its block goes it is kept for a while') : ''}`,
  );
  output.line(`  ${wrap(schema.description, output.width, '  ')}`);
  section(output, 'Fields', fieldList(fields, output));
  section(output, 'Fields that every kind has', [
    `  ${wrap(common.map(({ path }) => path).join(', '), output.width, '  ')}`,
  ]);
  section(output, `Outputs, for {{status "${actor.kind}/NAME" "…"}}`, fieldList(outputs, output));
  section(output, 'Steps, as a plan shows them', namedLines(steps, output));
  section(output, 'Actions', namedLines(actions, output));
  section(output, 'Example', [example.trimEnd().replace(/^/gm, '  ')]);
}

export function explainField(registry: Registry, actor: AnyActor, path: readonly string[], output: Output): void {
  const { field, inside } = describePath(registry, actor, path);
  if (output.json) return output.document({ ok: true, kind: actor.kind, field, fields: inside });
  const { bold, dim } = output.paint;
  output.line(`${bold(`${actor.kind}.${field.path}`)} ${dim(field.required ? `${field.type}, required` : field.type)}`);
  if (field.description !== '') output.line(`  ${wrap(field.description, output.width, '  ')}`);
  const facts: (readonly [string, string])[] = [
    ...(field.default === undefined ? [] : [['default', sayJson(field.default)] as const]),
    ...field.bounds.map((bound) => ['bound', bound] as const),
    ...(field.change === undefined ? [] : [['on change', field.change] as const]),
    ...(field.link === undefined ? [] : [['link', field.link] as const]),
    ...(field.secret === undefined ? [] : [['secret', field.secret] as const]),
    ...(field.common === true ? [['note', 'every kind has this field'] as const] : []),
  ];
  if (facts.length > 0) output.line('');
  for (const [name, value] of facts)
    output.line(`  ${bold(padEnd(name, 10))} ${wrap(value, output.width, ' '.repeat(13))}`);
  section(output, 'Inside', fieldList(inside, output));
  const last = path.at(-1)!.replace(/\[\d*\]/g, '');
  section(
    output,
    'Examples',
    field.examples.map((example) =>
      stringify({ [last]: example })
        .trimEnd()
        .replace(/^/gm, '  '),
    ),
  );
}

function section(output: Output, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  output.line('');
  output.line(output.paint.bold(title));
  for (const line of lines) output.line(line);
}

function namedLines(
  things: readonly { readonly name: string; readonly summary: string; readonly risk: string }[],
  output: Output,
): readonly string[] {
  const column = Math.max(0, ...things.map(({ name }) => name.length));
  return things.map(({ name, summary, risk }) => {
    const indent = ' '.repeat(column + 4);
    return `  ${output.paint.bold(padEnd(name, column))}  ${wrap(`${summary} (${risk})`, output.width, indent)}`;
  });
}

/** The fields below each other, their names in one column. */
function fieldList(fields: readonly FieldInfo[], output: Output): readonly string[] {
  const column = Math.min(24, Math.max(0, ...fields.map(({ path }) => textWidth(path))));
  return fields.map((field) => fieldLines(field, column, output));
}

function fieldLines(field: FieldInfo, column: number, output: Output): string {
  const { bold, dim, yellow } = output.paint;
  const facts = [
    field.type,
    ...(field.default === undefined ? [] : [`default ${cut(sayJson(field.default))}`]),
    ...(field.link === undefined ? [] : [`link to ${field.link.split(':')[0]}`]),
    ...(field.change === undefined ? [] : [`on change: ${field.change.split(':')[0]}`]),
  ].join('; ');
  const required = field.required ? `${yellow('required')} ` : '';
  const indent = ' '.repeat(column + 4);
  const name = bold(padEnd(field.path, column));
  const gap = textWidth(field.path) > column ? `\n${indent}` : '  ';
  const room = output.width;
  const head = `  ${name}${gap}${required}${dim(wrap(facts, room - (field.required ? 9 : 0), indent))}`;
  return field.description === '' ? head : `${head}\n${indent}${wrap(field.description, room, indent)}`;
}

function sayJson(value: JsonValue): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** Long defaults are told in full where the field itself is explained. */
function cut(text: string): string {
  return text.length <= 32 ? text : `${text.slice(0, 31)}…`;
}

function firstSentence(text: string): string {
  return /^.*?[.](?= |$)/.exec(text)?.[0] ?? text;
}

/** The example of the schema; without one, a block with what is required and the fields that have examples of their own. */
function exampleOf(registry: Registry, actor: AnyActor): string {
  const whole = actor.schema.examples?.[0];
  if (whole !== undefined) return stringify({ [`${actor.kind}__example`]: whole }, { lineWidth: 0 });
  const spec: Record<string, JsonValue> = {};
  const choice = actor.schema['x-oneOf'] ?? [];
  for (const [name, raw] of Object.entries(actor.schema.properties)) {
    if (choice.includes(name) && choice.some((other) => spec[other] !== undefined)) continue;
    const field = registry.follow(raw, actor.schema);
    const shown = field.examples?.[0];
    if (shown !== undefined) spec[name] = shown;
    else if (actor.schema.required?.includes(name) === true) spec[name] = field.default ?? field.enum?.[0] ?? '…';
  }
  const block: JsonObject = { [`${actor.kind}__example`]: spec };
  return stringify(block, { lineWidth: 0 });
}
