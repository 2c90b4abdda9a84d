// What is wrong with the fields of a container together, beside what a task can get wrong too: a probe that asks nobody.

import type { JsonObject } from '../../engine/model/json.ts';
import { entries, list, map, number, text, twice, when, type Found } from '../checks/reading.ts';
import { workloadContradictions } from '../workload/contradictions.ts';

/** Where a probe asks that names no port. */
const WEB = 80;

export function contradictionsOf(spec: JsonObject): Found {
  const probes = map(spec['probes']);
  return [
    ...workloadContradictions(spec),
    ...checkProbe(spec, spec['probe'], '/probe'),
    ...Object.keys(probes).flatMap((purpose) => checkProbe(spec, probes[purpose], `/probes/${purpose}`)),
    ...twice(
      entries(spec, 'processes').map(({ at, entry }) => ({ at: `${at}/name`, claim: text(entry['name']) })),
      (name) => `two processes are called ${name}`,
    ),
  ];
}

function checkProbe(spec: JsonObject, value: JsonObject[string], at: string): Found {
  const { http, port } = map(value);
  if (http === undefined)
    return when(
      number(port) !== undefined,
      `${at}/port`,
      () => 'the port of a probe goes with http; tcp names its own and exec has none',
      'leave it out',
    );
  const ports = list(spec['ports']);
  const known =
    ports.every((each) => text(each) !== undefined) && (spec['ports'] === undefined || Array.isArray(spec['ports']));
  const opened = ports.some((each) => number(portInside(text(each) ?? '')) === WEB);
  return when(
    port === undefined && known && !opened,
    `${at}/http`,
    () =>
      ports.length === 0
        ? 'it is not said which port the probe asks, and it has no ports'
        : `without a port the probe asks ${WEB}, and none of its ports leads there`,
    'add the port it listens on to the probe, such as port: 8080',
  );
}

/** The port of the container in `[address:][node port:]port[/udp]`; UDP answers no probe. */
function portInside(port: string): number | undefined {
  const [, inside] = /(?:^|:)(\d+)(?:\/tcp)?$/.exec(port) ?? [];
  return inside === undefined ? undefined : Number(inside);
}
