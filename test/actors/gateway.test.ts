import { expect } from 'chai';
import { gateway, type GatewayStatus } from '../../actors/gateway.ts';
import { memoryGateways } from '../../drivers/gateways/memory.ts';
import type { StepContext } from '../../engine/model/actor.ts';
import { anyActor } from '../../engine/model/registry.ts';
import type { GatewaySpec } from '../../schemas/types.ts';
import { saySteps, unseenFields } from './a-step.ts';

const actor = anyActor(gateway);

const route: GatewaySpec['routes'][number] = {
  host: 'shop.test',
  path: '/',
  to: 'container/web',
  port: 8080,
  stripPath: false,
  tls: 'optional',
  timeout: 60_000,
  headers: {},
};
const spec: GatewaySpec = {
  hostname: '',
  domain: '',
  routes: [route],
  portforwards: [],
  networks: [],
  http: 80,
  https: 443,
  listen: '',
  tls: { issuer: 'internal', email: '' },
  certificates: [],
  firewall: { allow: [], deny: [] },
  staticRoutes: [],
  placement: { strategy: 'spread', labels: {}, spreadBy: '' },
};
const want = { ...spec, running: true };
const { placement: _, ...settings } = spec;
const up: GatewayStatus = {
  presence: 'present',
  milestone: 'ready',
  state: 'running',
  dead: [],
  config: settings, // a resolved spec is JSON
};

describe('the diff of a gateway', () => {
  it('sees drift of every setting', () => expect(unseenFields(actor, want, up)).to.deep.equal([]));

  const table: readonly (readonly [string, Parameters<typeof actor.diff>[0], GatewayStatus, readonly string[]])[] = [
    ['is empty when it runs as asked', want, up, []],
    [
      'makes and starts one that is absent',
      want,
      { presence: 'absent' },
      ['create (safe) there is no such gateway', 'start (safe) there is no such gateway'],
    ],
    [
      'only makes one that is not to run',
      { ...spec, running: false },
      { presence: 'absent' },
      ['create (safe) there is no such gateway'],
    ],
    ['starts one that was killed', want, { ...up, state: 'stopped' }, ['start (safe) it does not run']],
    ['starts a dead part again, alone', want, { ...up, dead: ['web'] }, ['repair (safe) dead: web']],
    [
      'changes routes while it runs, and names the route',
      { ...want, routes: [{ ...route, port: 9090 }] },
      up,
      ['update (safe) routes[0].port: 8080 → 9090'],
    ],
    [
      'stops one that is not to run',
      { ...spec, running: false },
      up,
      ['stop (disruptive) it runs and is stopped on purpose'],
    ],
    ['stops a retired one and keeps it', 'retired', up, ['stop (disruptive) it runs and is retired']],
    [
      'stops and removes one that must go',
      'absent',
      up,
      ['stop (disruptive) it runs and is to be removed', 'remove (disruptive) it is to be removed'],
    ],
    ['leaves a stranger alone', want, { presence: 'foreign', foreign: { id: 'x' } }, []],
  ];
  for (const [promise, wish, status, steps] of table) {
    it(promise, () => expect(saySteps(actor, wish, status)).to.deep.equal(steps));
  }
});

describe('the url of a gateway', () => {
  const context: StepContext = {
    key: 'gateway/edge',
    name: 'edge',
    uid: 'uid-1',
    generation: 1,
    hash: 'hash-1',
    signal: new AbortController().signal,
  };
  const urlOf = async (change: Partial<GatewaySpec>): Promise<unknown> => {
    const driver = memoryGateways();
    const [step] = gateway.diff({ ...want, ...change }, { presence: 'absent' });
    await actor.steps[step!.op]!.run(driver, step!.args, context);
    return (await gateway.observe(driver, context)).outputs?.['url'];
  };

  it('is that of its first route', async () => {
    expect(await urlOf({})).to.equal('http://shop.test/');
    expect(await urlOf({ http: 8080 })).to.equal('http://shop.test:8080/');
    expect(await urlOf({ routes: [{ ...route, tls: 'required', path: '/api' }] })).to.equal('https://shop.test/api');
    expect(await urlOf({ https: 8443, routes: [{ ...route, tls: 'required' }] })).to.equal('https://shop.test:8443/');
  });

  it('names an address where the route takes every host', async () => {
    expect(await urlOf({ listen: '192.0.2.80', routes: [{ ...route, host: '*' }] })).to.equal('http://192.0.2.80/');
  });

  it('is none without a route', async () => expect(await urlOf({ routes: [] })).to.equal(undefined));
});
