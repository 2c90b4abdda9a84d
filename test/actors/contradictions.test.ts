// Fields that are each right and do not go together are refused at the door, with the caret on one of them; and nothing else is.

import { expect } from 'chai';
import fc from 'fast-check';
import { actors } from '../../actors/index.ts';
import type { JsonObject, JsonValue } from '../../engine/model/json.ts';
import { cases } from '../convergence/cases/index.ts';
import { bad, good } from '../engine/blueprint/reading.ts';
import { SPOT, type ContradictionCase } from './contradictions/case.ts';
import { networkCases } from './contradictions/networks.ts';
import { storageCases } from './contradictions/storage.ts';
import { workloadCases } from './contradictions/workloads.ts';

/** One field says all there is to say. */
const WITHOUT = ['snapshot'];

describe('a contradiction in a blueprint', () => {
  for (const each of [...storageCases, ...networkCases, ...workloadCases])
    it(`refuses ${each.name}`, () => expectRefused(each));

  it('of replicas is said once', () => {
    const text = 'container__web:\n  image: host\n  replicas: 3\n  probe: { http: / }\n';
    expect(bad(text).split('\n')).to.have.length(1);
  });

  it('is shown beside all others', () => {
    const text = 'network__lan:\n  cidr: 10.20.0.0/24\n  gateway: 10.21.0.1\n  vlan: 7\n  reserved: [10.22.0.1]\n';
    expect(
      bad(text)
        .split('\n')
        .map((line) => line.split(' ')[1]),
    ).to.deep.equal(['3:12', '4:9', '5:14']);
  });

  it('is looked for where a link to a group became several', () => {
    const zerodbs =
      'storagepool__main: { devices: [{ file: a.img, size: 4GiB }] }\nzerodb__z: { each: [a, b, c], storagepool: main }\n';
    good(`${zerodbs}vdisk__d: { size: 1GiB, zerodbs: [z], redundancy: { replicas: 3 } }\n`);
    expect(bad(`${zerodbs}vdisk__d: { size: 1GiB, zerodbs: [z], redundancy: { replicas: 4 } }\n`)).to.contain(
      '4 copies need 4 zerodbs, 3 are given',
    );
  });
});

describe('what actors say of contradictions', () => {
  it('is asked of every kind that can have any', () => {
    const silent = actors.filter((actor) => actor.contradictions === undefined).map(({ kind }) => kind);
    expect(silent).to.deep.equal(WITHOUT);
  });

  for (const each of cases) {
    const { actor, specs } = each;
    const { contradictions } = actor;
    if (contradictions === undefined) continue;
    const change = (spec: JsonObject): fc.Arbitrary<JsonObject> => each.followUp?.(spec) ?? specs;

    it(`finds none in the specs that a ${actor.kind} converges to`, () => {
      fc.assert(
        fc.property(
          specs.chain((spec) => fc.tuple(fc.constant(spec), change(spec))),
          (both) => {
            for (const spec of both) expect(contradictions(spec), JSON.stringify(spec)).to.deep.equal([]);
          },
        ),
      );
    });

    it(`never fails, and finds no more, where parts of a ${actor.kind} are known only later`, () => {
      fc.assert(
        fc.property(specs, fc.infiniteStream(fc.nat({ max: 9 })), (spec, chances) => {
          const found = contradictions(postponed(spec, () => chances.next().value! === 0) as JsonObject);
          expect(found).to.deep.equal([]);
        }),
      );
    });

    it(`never fails on a ${actor.kind}, whatever stands in its fields`, () => {
      const fields = Object.keys(actor.schema.properties);
      const anything = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>; // JSON, as the name says
      fc.assert(
        fc.property(specs, fc.dictionary(fc.constantFrom(...fields), anything), (spec, odd) => {
          for (const { at, message } of contradictions({ ...spec, ...odd })) {
            expect(at).to.match(/^(\/|$)/);
            expect(message).not.to.match(/undefined|\[object|NaN/);
          }
        }),
      );
    });
  }
});

function expectRefused({ wrong, says, mend: [from, to] }: ContradictionCase): void {
  const before = wrong.slice(0, wrong.indexOf(SPOT)).split('\n');
  const text = wrong.replace(SPOT, '');
  const lines = bad(text).split('\n');
  const subject = lines[0]!.split(' ')[2];
  const where = `${before.length}:${before.at(-1)!.length + 1}`;
  expect(lines.map((line) => line.split(' = ')[0])).to.deep.equal([`FIELD_CONTRADICTION ${where} ${subject} ${says}`]);
  expect(text, 'what mends it').to.contain(from);
  good(text.replace(from, to));
}

/** Some values, at any depth, replaced by what the output of another service will be. */
function postponed(value: JsonValue, now: () => boolean): JsonValue {
  if (now()) return { $ays: { template: '{{status "node/n" "id"}}', whole: true, status: [], secrets: [] } };
  if (Array.isArray(value)) return value.map((each) => postponed(each as JsonValue, now));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, each]) => [key, each === undefined ? each : postponed(each, now)]),
  );
}
