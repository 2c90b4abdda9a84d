// What every driver of the port `nodes` promises.

import { expect } from 'chai';
import type { NodePresent, NodesDriver } from '../../drivers/nodes/port.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { codeOf, identity, ownership } from './ownership.ts';

export interface NodesSubject {
  readonly driver: NodesDriver;
  readonly hands: {
    reboot(key: ServiceKey): Promise<void> | void;
    placeWorkloads(key: ServiceKey, count: number): Promise<void> | void;
    silence(key: ServiceKey): Promise<void> | void;
    answer(key: ServiceKey): Promise<void> | void;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

export function nodesConformance(name: string, make: () => NodesSubject | Promise<NodesSubject>): void {
  describe(`nodes: ${name}`, () => {
    const one: ServiceKey = 'node/one';
    const config = { roles: ['storage'], sysctls: { 'vm.swappiness': '10' }, cordon: false };
    const present = async ({ driver }: NodesSubject): Promise<NodePresent> => {
      const view = await driver.inspect(one);
      if (view.presence !== 'present') throw new Error(`${one} is ${view.presence}`);
      return view;
    };
    const ready = async (): Promise<NodesSubject> => {
      const subject = await make();
      await subject.driver.join(one, identity, config);
      await subject.driver.prepare(one, (await present(subject)).bootId, config);
      return subject;
    };

    ownership('node', async () => {
      const { driver, hands } = await make();
      return {
        inspect: (key) => driver.inspect(key),
        create: (key, whose) => driver.join(key, whose, { ...config, hostname: 'fixed' }),
        remove: (key) => driver.leave(key),
        rekey: (from, to, whose) => driver.rekey(from, to, whose),
        adopt: (key, id, whose) => driver.adopt(key, id, whose),
        putForeign: (key) => hands.putForeign(key),
        putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
      };
    });

    it('tells a boot by its id, and for which boot the machine was made ready', async () => {
      const subject = await ready();
      const before = await present(subject);
      expect(before.preparedBoot).to.equal(before.bootId);
      await subject.hands.reboot(one);
      const after = await present(subject);
      expect(after.bootId).not.to.equal(before.bootId);
      expect(after.preparedBoot).to.equal(before.bootId);
      expect(after.id).to.equal(before.id);
    });

    it('puts back after a boot what the boot has forgotten', async () => {
      const subject = await ready();
      await subject.hands.reboot(one);
      expect((await present(subject)).config['sysctls']).to.deep.equal({});
      const { bootId } = await present(subject);
      for (let i = 0; i < 2; i++) await subject.driver.prepare(one, bootId, config);
      const view = await present(subject);
      expect(view.preparedBoot).to.equal(bootId);
      expect(view.config['sysctls']).to.deep.equal({ 'vm.swappiness': '10' });
    });

    it('does nothing for a boot that is over', async () => {
      const subject = await ready();
      const old = (await present(subject)).bootId;
      await subject.hands.reboot(one);
      await subject.driver.prepare(one, old, config);
      expect((await present(subject)).preparedBoot).to.equal(old);
    });

    it('changes settings in place and keeps the others', async () => {
      const subject = await ready();
      for (let i = 0; i < 2; i++) await subject.driver.update(one, identity, { cordon: true });
      expect((await present(subject)).config).to.deep.include({ cordon: true, roles: ['storage'] });
    });

    it('moves away what can be moved', async () => {
      const subject = await ready();
      await subject.hands.placeWorkloads(one, 3);
      expect((await present(subject)).movable).to.equal(3);
      for (let i = 0; i < 2; i++) await subject.driver.drain(one, 1000);
      expect((await present(subject)).movable).to.equal(0);
    });

    it('restarts the machine when asked', async () => {
      const subject = await ready();
      const before = await present(subject);
      await subject.driver.reboot(one);
      expect((await present(subject)).bootId).not.to.equal(before.bootId);
    });

    it('reports a machine that is silent, does nothing on it, and goes on when it answers', async () => {
      const subject = await ready();
      await subject.hands.silence(one);
      expect(await present(subject)).to.include({ state: 'unreachable', health: 'error' });
      expect(await codeOf(subject.driver.update(one, identity, { cordon: true }))).to.equal('DRIVER_UNREACHABLE');
      expect(await codeOf(subject.driver.leave(one))).to.equal('DRIVER_UNREACHABLE');
      await subject.hands.answer(one);
      expect(await present(subject)).to.include({ state: 'up', health: 'ok' });
    });
  });
}
