// Random settings that containers and tasks share, as a resolved spec has them: sizes in bytes, durations in milliseconds,
// every default filled in.

import fc from 'fast-check';
import { jsonEqual, type JsonObject } from '../../../engine/model/json.ts';

const MIB = 1024 ** 2;

export const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);

const image = fc.oneof(
  fc.constant('host'),
  name.map((text) => `oci:registry.test/${text}:1`),
  name.map((text) => `flist:hub.test/${text}`),
);

const mount = fc.record(
  {
    at: name.map((text) => `/srv/${text}`),
    vdisk: name,
    readOnly: fc.boolean(),
  },
  { requiredKeys: ['at', 'vdisk', 'readOnly'] },
);

const file = fc.record({
  at: name.map((text) => `/etc/${text}`),
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  size: fc.integer({ min: 0, max: 1024 }),
  mode: fc.constantFrom('0644', '0600'),
  owner: fc.constant('0:0'),
});

/**
 * Members that both kinds require. One or two of each sort vary; that drift of every single field is seen is
 * proven field by field in the unit tests, where it does not depend on luck.
 */
export const workloadMembers = {
  image,
  pull: fc.constantFrom('missing', 'always', 'never'),
  command: fc.array(name, { maxLength: 3 }),
  env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,5}$/), fc.string({ maxLength: 5 }), { maxKeys: 3 }),
  files: fc.uniqueArray(file, { maxLength: 2, selector: ({ at }) => at }),
  workdir: fc.constant(''),
  user: fc.constantFrom('', '1000:1000'),
  hostname: fc.constantFrom('', 'shop'),
  mounts: fc.uniqueArray(mount, { maxLength: 2, selector: ({ at }) => at }),
  tmpfs: fc.constant([{ at: '/tmp', size: 64 * MIB, mode: '1777' }]),
  nics: fc.array(fc.record({ network: name }), { maxLength: 1 }),
  hostNetwork: fc.boolean(),
  dns: fc.constant({ servers: ['192.0.2.53'], search: [] }),
  hosts: fc.constant({ cache: '10.0.0.9' }),
  capabilities: fc.record({ add: fc.constantFrom([], ['NET_ADMIN']), drop: fc.constantFrom([], ['ALL']) }),
  privileged: fc.constant(false),
  readOnly: fc.boolean(),
  seccomp: fc.constant('default'),
  noNewPrivileges: fc.constant(true),
  init: fc.constant(false),
  cpu: fc.constantFrom(0, 0.5, 2),
  memory: fc.constantFrom(0, 256 * MIB, 1024 * MIB),
  pids: fc.integer({ min: 16, max: 4096 }),
  rootSize: fc.constant(0),
  devices: fc.constant(['/dev/fuse']),
  ulimits: fc.constant({ nofile: 65_536 }),
  sysctls: fc.constant({ 'net.core.somaxconn': '1024' }),
  runtime: fc.constant(''),
  stop: fc.record({ signal: fc.constantFrom('SIGTERM', 'SIGINT'), grace: fc.integer({ min: 0, max: 60_000 }) }),
  logs: fc.constant({ maxSize: 10 * MIB, keep: 3 }),
  placement: fc.constant({ strategy: 'spread', labels: {}, spreadBy: '' }),
} as const;

/** Without contradictions: the node's own network leaves no room for another one, nor for settings of it. */
export function coherent(spec: JsonObject): JsonObject {
  if (spec['hostNetwork'] !== true) return spec;
  const { network: _network, ...rest } = spec;
  return { ...rest, nics: [], sysctls: {}, ...('ports' in spec && { ports: [] }) };
}

/**
 * The same spec with one field of another, which differs if that can be had: most changes are small, and when everything
 * changes at once the thing is made anew and nobody sees whether a single field is looked at.
 */
export function oneOtherField(specs: fc.Arbitrary<JsonObject>): (spec: JsonObject) => fc.Arbitrary<JsonObject> {
  return (spec) =>
    fc.tuple(fc.array(specs, { minLength: 4, maxLength: 4 }), fc.nat()).map(([others, number]) => {
      const changes = others.flatMap((other) =>
        Object.entries(other).filter(([field, value]) => value !== undefined && !jsonEqual(value, spec[field])),
      );
      const fields = [...new Set(changes.map(([field]) => field))].sort();
      const change = changes.find(([field]) => field === fields[number % fields.length]);
      return change === undefined ? spec : { ...spec, [change[0]]: change[1] };
    });
}
