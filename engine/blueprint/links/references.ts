// What `status "kind/name" "field"` and `secret "name"` may name (rules 12 and 13). A status must be an output that the
// kind's schema marks; a secret must be declared here or have a value. Outputs of packages are expressions themselves and
// are put in place.

import type { Place } from '../../model/diagnostic.ts';
import type { Deferred } from '../../model/expression.ts';
import type { JsonValue } from '../../model/json.ts';
import { kindOf, nameOf, parseKey, scopedName, serviceKey, type ServiceKey } from '../../model/key.ts';
import { nearest } from '../../model/nearest.ts';
import type { FieldSchema } from '../../model/schema.ts';
import { clip, type Draft } from '../sources/draft.ts';
import { isLost, lookUp, type Frame, type Resolving } from '../frame.ts';
import { nearestName, unknownHint } from './suggest.ts';
import type { References } from '../template/index.ts';

export function referencesFor(frame: Frame, resolving: Resolving): References {
  return {
    status: (keyText, field, at) => statusReference(keyText, field, at, frame, resolving),
    secret: (name, at) => secretReference(name, at, resolving),
  };
}

function statusReference(
  keyText: string,
  field: string,
  at: Place,
  frame: Frame,
  resolving: Resolving,
): { key: ServiceKey; field: string } | { value: JsonValue } | undefined {
  const { report, registry } = resolving;
  const key = parseKey(keyText);
  if (key === undefined) {
    report.error('STATUS_UNKNOWN', at, `status "${clip(keyText)}": expected a key such as container/db`);
    return undefined;
  }
  if (kindOf(key) === 'package') return packageOutput(nameOf(key), field, at, frame, resolving);
  if (!registry.hasRole(kindOf(key))) {
    const like = nearest(kindOf(key), registry.roles());
    report.error(
      'STATUS_UNKNOWN',
      at,
      `status "${clip(keyText)}": there is no kind "${kindOf(key)}"`,
      like === undefined ? undefined : `did you mean ${like}/${nameOf(key)}?`,
    );
    return undefined;
  }
  const found = lookUp(resolving, frame, kindOf(key), nameOf(key));
  if (found === undefined) {
    if (isLost(frame, kindOf(key), nameOf(key))) return undefined;
    const absent = resolving.absent.has(serviceKey(kindOf(key), scopedName(frame.scope, nameOf(key))));
    report.error(
      'STATUS_UNKNOWN',
      at,
      `status "${clip(keyText)}": there is no such service${absent ? ` here: its "when" is false` : ''}`,
      absent ? undefined : unknownHint(resolving, frame, kindOf(key), nameOf(key), (like) => `${kindOf(key)}/${like}`),
    );
    return undefined;
  }
  if (found.type === 'group' || found.type === 'each') {
    report.error(
      'STATUS_UNKNOWN',
      at,
      `status "${clip(keyText)}": this is ${found.members.length} services; name one of them`,
      `for example "${found.members[0] ?? ''}"`,
    );
    return undefined;
  }
  const outputs = outputsOf(found.key, resolving);
  if (!Object.hasOwn(outputs, field)) {
    const like = nearest(field, Object.keys(outputs));
    const known = Object.keys(outputs).join(', ');
    report.error(
      'STATUS_NOT_OUTPUT',
      at,
      `${kindOf(key)} has no output "${clip(field)}"`,
      like !== undefined
        ? `did you mean ${like}?`
        : known === ''
          ? `${kindOf(key)} has no outputs`
          : `outputs are: ${known}`,
    );
    return undefined;
  }
  return { key: found.key, field };
}

function packageOutput(
  name: string,
  field: string,
  at: Place,
  frame: Frame,
  resolving: Resolving,
): { value: JsonValue } | undefined {
  for (let scope: Frame | undefined = frame; scope !== undefined; scope = scope.parent) {
    const found = scope.packages.get(name);
    if (found === undefined) continue;
    const value = found.outputs.get(field);
    if (value !== undefined) return { value };
    const like = nearest(field, found.outputs.keys());
    const known = [...found.outputs.keys()].join(', ');
    resolving.report.error(
      'STATUS_NOT_OUTPUT',
      at,
      `package/${name} has no output "${clip(field)}"`,
      like !== undefined ? `did you mean ${like}?` : known === '' ? 'it has no outputs' : `outputs are: ${known}`,
    );
    return undefined;
  }
  // A package that is declared and could not be read has an error of its own.
  if (isLost(frame, 'package', name)) return undefined;
  const declared = resolving.report.full ? [] : packagesOf(frame);
  const like = nearestName(resolving, name, declared);
  const hint = declared.includes(name)
    ? 'packages are read in the order they are written: put it above'
    : like === undefined
      ? undefined
      : `did you mean package/${like}?`;
  resolving.report.error(
    'STATUS_UNKNOWN',
    at,
    `status "package/${clip(name)}": there is no such package ${declared.includes(name) ? 'before this one' : 'in this blueprint'}`,
    hint,
  );
  return undefined;
}

const packageNames = new WeakMap<Draft, readonly string[]>();

/** Names of the packages that are declared here and around. */
function packagesOf(frame: Frame): readonly string[] {
  const above = frame.parent === undefined ? [] : packagesOf(frame.parent);
  let names = packageNames.get(frame.draft);
  if (names === undefined) {
    names = frame.draft.declarations.flatMap((each) => (each.kind === 'package' ? [each.name] : []));
    packageNames.set(frame.draft, names);
  }
  return above.length === 0 ? names : [...names, ...above];
}

/** The actor decides the outputs: the instance's here, the record's elsewhere. */
function outputsOf(key: ServiceKey, resolving: Resolving): Readonly<Record<string, FieldSchema>> {
  const actor = resolving.instances.get(key)?.actor ?? resolving.grid.records.get(key)?.actor ?? kindOf(key);
  return resolving.registry.actor(actor)?.schema['x-outputs'] ?? {};
}

function secretReference(name: string, at: Place, resolving: Resolving): string | undefined {
  if (resolving.secrets.has(name) || resolving.grid.secrets.has(name) || !resolving.strictSecrets) return name;
  const like = nearest(name, [...resolving.secrets.keys(), ...resolving.grid.secrets]);
  resolving.report.error(
    'SECRET_UNKNOWN',
    at,
    `the secret "${clip(name)}" is neither declared under "secrets" nor set`,
    like === undefined
      ? `ays secret set ${name}   (or declare it: secrets: { ${name}: { generate: 32 } })`
      : `did you mean ${like}? Otherwise: ays secret set ${name}`,
  );
  return undefined;
}

/** The type of the output that a whole expression reads. */
export function outputTypeIn(resolving: Resolving): (deferred: Deferred) => FieldSchema | undefined {
  return ({ $ays: body }) => {
    const [only] = body.status;
    if (only === undefined || body.status.length !== 1 || body.secrets.length > 0) return undefined;
    // `{{status "a/b" "c"}}` alone; anything around it makes text.
    if (!/^\{\{\{?\s*status\s+"[^"]*"\s+"[^"]*"\s*\}?\}\}$/.test(body.template)) return undefined;
    return outputsOf(only.key, resolving)[only.field];
  };
}
