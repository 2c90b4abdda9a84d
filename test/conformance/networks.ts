// What every driver of the port `networks` promises.

import { expect } from 'chai';
import type { NetworkConfig, NetworkPart, NetworkPresent, NetworksDriver } from '../../drivers/networks/port.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { codeOf, identity, ownership } from './ownership.ts';

export interface NetworksSubject {
  readonly driver: NetworksDriver;
  readonly hands: {
    setDown(key: ServiceKey): Promise<void> | void;
    losePart(key: ServiceKey, part: NetworkPart): Promise<void> | void;
    removeByHand(key: ServiceKey): Promise<void> | void;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

export function networksConformance(name: string, make: () => NetworksSubject | Promise<NetworksSubject>): void {
  describe(`networks: ${name}`, () => {
    const lan: ServiceKey = 'network/lan';
    const config: NetworkConfig = { mode: 'bridge', cidr: '10.231.7.0/24', gateway: '', nat: true, mtu: 1500 };
    const present = async ({ driver }: NetworksSubject): Promise<NetworkPresent> => {
      const view = await driver.inspect(lan);
      if (view.presence !== 'present') throw new Error(`${lan} is ${view.presence}`);
      return view;
    };
    const up = async (): Promise<NetworksSubject> => {
      const subject = await make();
      await subject.driver.create(lan, identity, config);
      await subject.driver.setUp(lan, true);
      return subject;
    };

    ownership('network', async () => {
      const { driver, hands } = await make();
      return {
        inspect: (key) => driver.inspect(key),
        create: (key, whose) =>
          driver.create(key, whose, { ...config, cidr: key.endsWith('two') ? '10.231.8.0/24' : '10.231.7.0/24' }),
        remove: (key) => driver.remove(key),
        rekey: (from, to, whose) => driver.rekey(from, to, whose),
        adopt: (key, id, whose) => driver.adopt(key, id, whose),
        putForeign: (key) => hands.putForeign(key),
        putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
      };
    });

    it('makes a network that is down, and sets it up and down as often as it is asked', async () => {
      const subject = await make();
      await subject.driver.create(lan, identity, config);
      expect((await present(subject)).state).to.equal('down');
      for (let i = 0; i < 2; i++) await subject.driver.setUp(lan, true);
      expect((await present(subject)).state).to.equal('up');
      for (let i = 0; i < 2; i++) await subject.driver.setUp(lan, false);
      expect((await present(subject)).state).to.equal('down');
    });

    it('takes the first address of the range for itself when none is named', async () => {
      const subject = await up();
      expect((await present(subject)).gateway).to.equal('10.231.7.1');
      await subject.driver.update(lan, identity, { gateway: '10.231.7.254' });
      expect((await present(subject)).gateway).to.equal('10.231.7.254');
    });

    it('refuses a range that overlaps another network', async () => {
      const subject = await up();
      const inside = { ...config, cidr: '10.231.7.128/25' };
      expect(await codeOf(subject.driver.create('network/b', identity, inside))).to.equal('DRIVER_REFUSED');
      await subject.driver.create('network/b', identity, { ...config, cidr: '10.231.8.0/24' });
    });

    it('sees a link that was set down, and a network that was deleted by hand', async () => {
      const subject = await up();
      await subject.hands.setDown(lan);
      expect((await present(subject)).state).to.equal('down');
      await subject.hands.removeByHand(lan);
      expect((await subject.driver.inspect(lan)).presence).to.equal('absent');
    });

    it('sees lost rules and puts them back, as often as it is asked, without touching the rest', async () => {
      const subject = await up();
      const before = await present(subject);
      await subject.hands.losePart(lan, 'nat');
      expect((await present(subject)).missing).to.deep.equal(['nat']);
      for (let i = 0; i < 2; i++) await subject.driver.repair(lan, ['nat']);
      expect(await present(subject)).to.deep.equal(before);
    });

    it('does not miss a part that it was not asked for', async () => {
      const subject = await make();
      await subject.driver.create(lan, identity, { ...config, nat: false });
      await subject.hands.losePart(lan, 'nat');
      expect((await present(subject)).missing).to.deep.equal([]);
    });

    it('changes settings in place and keeps the others', async () => {
      const subject = await up();
      const { device } = await present(subject);
      for (let i = 0; i < 2; i++) await subject.driver.update(lan, identity, { mtu: 1400 });
      const view = await present(subject);
      expect(view).to.include({ state: 'up', device });
      expect(view.config).to.include({ mtu: 1400, cidr: '10.231.7.0/24' });
    });
  });
}
