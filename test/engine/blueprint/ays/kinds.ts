// Small kinds with the links of the templates that AYS 9 was tested with: a datacenter owns cockpits, a cockpit wants keys, a child
// wants its producers by two argument names.

import { registryOf, toyKind } from '../reading.ts';
import type { FieldSchema, LinkRule } from '../../../../engine/model/schema.ts';

const one = (link: LinkRule): FieldSchema => ({ type: 'string', 'x-link': link });
const many = (link: LinkRule): FieldSchema => ({ type: 'array', items: { type: 'string' }, 'x-link': link });

const act = { risk: 'safe', summary: 'do it', run: async () => null } as const;

export const ays = registryOf(
  toyKind('datacenter', {
    location: { type: 'string', default: 'here' },
    description: { type: 'string', default: 'description' },
  }),
  toyKind('cockpittesting', { datacenter: one({ kind: 'datacenter', parent: true }) }),
  toyKind(
    'autoparented',
    { datacenter: one({ kind: 'datacenter', parent: true, auto: true }) },
    { actions: { test: act } },
  ),
  toyKind('optionalparent', { datacenter: one({ kind: 'datacenter', parent: true, optional: true }) }),
  toyKind('wantsnone', { sshkeys: many({ kind: 'sshkey', min: 0, auto: true }) }),
  toyKind('wantstwo', { sshkeys: many({ kind: 'sshkey', min: 2, auto: true }) }),
  toyKind('needstwo', { sshkeys: many({ kind: 'sshkey', min: 2, max: 3 }) }),
  toyKind('twofold', {
    bootkey: one({ kind: 'sshkey', min: 1 }),
    adminkeys: many({ kind: 'sshkey', min: 1, max: 0 }),
  }),
  toyKind('sshkey', {}, { actions: { test: act, rotate: act } }),
  toyKind(
    'args',
    {
      fieldWithDot: { type: 'string', default: '' },
      fieldWithUnderscore: { type: 'string', default: '' },
      valid: { type: 'string', default: '' },
    },
    { actions: { test: { ...act, args: { type: 'object', properties: { bar: { type: 'string' } } } }, test2: act } },
  ),
  toyKind('kp', {}),
  toyKind('k', {}),
  toyKind('kid', { kp: one({ kind: 'kp', parent: true }) }),
  toyKind('consumer', { kids: many({ kind: 'kid', min: 1 }) }),
  toyKind('cons', { ks: many({ kind: 'k', min: 1 }) }),
  toyKind('cons1', { ks: many({ kind: 'k', min: 2 }) }),
  toyKind(
    'node',
    { hostname: { type: 'string', default: '' } },
    { actions: { start: act, monitor: act, reboot: act } },
  ),
  toyKind('node.ovc', { hostname: { type: 'string', default: '' } }, { actions: { reboot: act } }),
  toyKind('vm', {}, { actions: { reboot: act } }),
);
