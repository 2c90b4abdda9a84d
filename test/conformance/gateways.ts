// What every driver of the port `gateways` promises.

import { expect } from 'chai';
import type { GatewayConfig, GatewayPart, GatewayPresent, GatewaysDriver } from '../../drivers/gateways/port.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { codeOf, identity, ownership } from './ownership.ts';

export interface GatewaysSubject {
  readonly driver: GatewaysDriver;
  readonly hands: {
    kill(key: ServiceKey): Promise<void> | void;
    killPart(key: ServiceKey, part: GatewayPart): Promise<void> | void;
    removeByHand(key: ServiceKey): Promise<void> | void;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

export function gatewaysConformance(name: string, make: () => GatewaysSubject | Promise<GatewaysSubject>): void {
  describe(`gateways: ${name}`, () => {
    const edge: ServiceKey = 'gateway/edge';
    const route = { host: 'shop.test', path: '/', to: 'container/web', port: 8080, tls: 'optional' } as const;
    const config: GatewayConfig = {
      http: 18_080,
      https: 18_443,
      listen: '127.0.0.1',
      routes: [route],
      portforwards: [],
      networks: [],
    };
    const present = async ({ driver }: GatewaysSubject, key = edge): Promise<GatewayPresent> => {
      const view = await driver.inspect(key);
      if (view.presence !== 'present') throw new Error(`${key} is ${view.presence}`);
      return view;
    };
    const running = async (): Promise<GatewaysSubject> => {
      const subject = await make();
      await subject.driver.create(edge, identity, config);
      await subject.driver.start(edge);
      return subject;
    };

    ownership('gateway', async () => {
      const { driver, hands } = await make();
      return {
        inspect: (key) => driver.inspect(key),
        create: (key, whose) => driver.create(key, whose, config),
        remove: (key) => driver.remove(key),
        rekey: (from, to, whose) => driver.rekey(from, to, whose),
        adopt: (key, id, whose) => driver.adopt(key, id, whose),
        putForeign: (key) => hands.putForeign(key),
        putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
      };
    });

    it('makes a gateway that does not run, and starts and stops it as often as it is asked', async () => {
      const subject = await make();
      await subject.driver.create(edge, identity, config);
      expect((await present(subject)).state).to.equal('stopped');
      for (let i = 0; i < 2; i++) await subject.driver.start(edge);
      expect((await present(subject)).state).to.equal('running');
      for (let i = 0; i < 2; i++) await subject.driver.stop(edge);
      expect((await present(subject)).state).to.equal('stopped');
      await subject.driver.stop('gateway/never-made');
    });

    it('sees that it was killed or removed by hand', async () => {
      const subject = await running();
      await subject.hands.kill(edge);
      expect((await present(subject)).state).to.equal('stopped');
      await subject.hands.removeByHand(edge);
      expect((await subject.driver.inspect(edge)).presence).to.equal('absent');
    });

    it('starts a dead part again alone, as often as it is asked', async () => {
      const subject = await running();
      await subject.hands.killPart(edge, 'web');
      expect(await present(subject)).to.deep.include({ state: 'running', dead: ['web'] });
      for (let i = 0; i < 2; i++) await subject.driver.repair(edge, ['web']);
      expect(await present(subject)).to.deep.include({ state: 'running', dead: [] });
    });

    it('changes routes while it runs and keeps the other settings', async () => {
      const subject = await running();
      const routes = [route, { ...route, path: '/api' }];
      for (let i = 0; i < 2; i++) await subject.driver.update(edge, identity, { routes });
      const view = await present(subject);
      expect(view.state).to.equal('running');
      expect(view.config).to.deep.include({ routes, http: 18_080 });
    });

    it('applies a change whole or not at all', async () => {
      const subject = await running();
      const change = { http: 18_081, routes: [route, route] };
      expect(await codeOf(subject.driver.update(edge, identity, change))).to.equal('DRIVER_REFUSED');
      expect((await present(subject)).config).to.deep.include({ http: 18_080, routes: [route] });
    });

    it('gives one port of the node to one running gateway only', async () => {
      const subject = await running();
      await subject.driver.create('gateway/b', { ...identity, uid: 'uid-2' }, config);
      expect(await codeOf(subject.driver.start('gateway/b'))).to.equal('DRIVER_REFUSED');
      expect((await present(subject, 'gateway/b')).state).to.equal('stopped');
      await subject.driver.stop(edge);
      await subject.driver.start('gateway/b');
    });

    it('shows of a secret its fingerprint only', async () => {
      const subject = await make();
      const key = { $ays: { template: '{{secret "tls"}}', whole: true, status: [], secrets: ['tls'], print: 'f00d' } };
      const certificates = [{ hosts: ['shop.test'], certificate: { sha256: 'aa', size: 1 }, key }];
      await subject.driver.create(edge, identity, { ...config, certificates });
      const view = await present(subject);
      expect(JSON.stringify(view.config['certificates'])).to.contain('"key":{"$print":"f00d"}');
    });
  });
}
