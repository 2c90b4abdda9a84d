// From the probes of a spec to the questions the node asks. The short form `probe` stands for readiness and liveness at
// once; a purpose named in `probes` wins over it. Without a startup probe of its own, the liveness question is also
// asked at the start, and may go unanswered for as long as a start may take.

import type { Probe } from '../../engine/model/actor.ts';
import type { ContainerSpec, Probe as ProbeSpec } from '../../schemas/types.ts';

type Asked = Pick<ContainerSpec, 'probe' | 'probes'>;

export function probesOf({ probe, probes = {} }: Asked): readonly Probe[] {
  const readiness = probes.readiness ?? probe;
  const liveness = probes.liveness ?? probe;
  return [
    ...(probes.startup !== undefined
      ? [question('startup', probes.startup)]
      : liveness !== undefined
        ? [
            {
              ...question('startup', liveness),
              failures: Math.max(liveness.failures, Math.ceil(liveness.start / liveness.every)),
            },
          ]
        : []),
    ...(readiness === undefined ? [] : [question('readiness', readiness)]),
    ...(liveness === undefined ? [] : [question('liveness', liveness)]),
  ];
}

function question(purpose: Probe['purpose'], probe: ProbeSpec): Probe {
  const how =
    probe.http !== undefined
      ? { http: probe.http, port: probe.port ?? 80 }
      : probe.tcp !== undefined
        ? { tcp: probe.tcp }
        : { exec: probe.exec ?? [] };
  return { purpose, how, everyMs: probe.every, timeoutMs: probe.timeout, failures: probe.failures };
}
