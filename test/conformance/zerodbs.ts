// What every driver of the port `zerodbs` promises: namespaces outlive every stop and crash, and none is made smaller than
// what is in it.

import { expect } from 'chai';
import type { NamespaceWish, Zerodbs, ZerodbPresent } from '../../drivers/zerodbs/port.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { sealed } from '../convergence/cases/sealed.ts';
import { codeOf, identity, ownership } from './ownership.ts';

export interface ZerodbsSubject {
  readonly driver: Zerodbs;
  readonly settings: JsonObject;
  /** A port that is free. */
  readonly port: number;
  readonly hands: {
    kill(key: ServiceKey): Promise<void> | void;
    fill(key: ServiceKey, namespace: string, bytes: number): Promise<void> | void;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

const shard: ServiceKey = 'zerodb/shard';
const MiB = 2 ** 20;
const blocks: NamespaceWish = { name: 'blocks', size: 8 * MiB, public: true, worm: false, locked: false };

export function zerodbsConformance(name: string, make: () => ZerodbsSubject | Promise<ZerodbsSubject>): void {
  describe(`zerodbs: ${name}`, () => {
    const started = async (): Promise<ZerodbsSubject> => {
      const subject = await make();
      await subject.driver.createZerodb(shard, identity, subject.settings);
      await subject.driver.startZerodb(shard);
      return subject;
    };
    const present = async ({ driver }: ZerodbsSubject): Promise<ZerodbPresent> => {
      const view = await driver.inspectZerodb(shard);
      if (view.presence !== 'present') throw new Error(`the zerodb is ${view.presence}`);
      return view;
    };
    const names = async (subject: ZerodbsSubject) =>
      (await present(subject)).namespaces?.map(({ settings }) => settings.name);

    ownership('zerodb', async () => {
      const { driver, settings, hands } = await make();
      return {
        inspect: (key) => driver.inspectZerodb(key),
        create: (key, whose) => driver.createZerodb(key, whose, settings),
        remove: (key) => driver.destroyZerodb(key),
        rekey: (from, to, whose) => driver.rekey(from, to, whose),
        adopt: (key, id, whose) => driver.adopt(key, id, whose),
        putForeign: (key) => hands.putForeign(key),
        putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
      };
    });

    it('starts and stops, however often it is asked, on the port it was given', async () => {
      const subject = await started();
      const { port } = await present(subject);
      await subject.driver.startZerodb(shard);
      for (let i = 0; i < 2; i++) await subject.driver.stopZerodb(shard);
      expect(await present(subject)).to.include({ state: 'stopped', port });
      await subject.driver.startZerodb(shard);
      expect(await present(subject)).to.include({ state: 'running', port });
    });

    it('refuses a port that another one has', async () => {
      const { driver, settings, port } = await make();
      for (const key of [shard, 'zerodb/other'] as const)
        await driver.createZerodb(key, identity, { ...settings, port });
      await driver.startZerodb(shard);
      expect(await codeOf(driver.startZerodb('zerodb/other'))).to.equal('DRIVER_REFUSED');
    });

    it('makes, changes and deletes namespaces, however often it is asked', async () => {
      const subject = await started();
      for (let i = 0; i < 2; i++) await subject.driver.putNamespace(shard, blocks);
      await subject.driver.putNamespace(shard, { ...blocks, size: 16 * MiB });
      expect((await present(subject)).namespaces?.map(({ settings }) => settings['size'])).to.deep.equal([16 * MiB]);
      for (let i = 0; i < 2; i++) await subject.driver.deleteNamespace(shard, 'blocks');
      expect(await names(subject)).to.deep.equal([]);
    });

    it('keeps its namespaces and what is in them through a stop and a crash', async () => {
      const subject = await started();
      await subject.driver.putNamespace(shard, blocks);
      await subject.hands.fill(shard, 'blocks', 4 * MiB);
      await subject.driver.stopZerodb(shard);
      expect((await present(subject)).namespaces).to.equal(undefined);
      await subject.driver.startZerodb(shard);
      await subject.hands.kill(shard);
      expect(await present(subject)).to.include({ state: 'failed' });
      await subject.driver.startZerodb(shard);
      expect((await present(subject)).namespaces?.[0]?.used).to.be.at.least(4 * MiB);
    });

    it('changes no namespace while it does not run', async () => {
      const { driver, settings } = await make();
      await driver.createZerodb(shard, identity, settings);
      expect(await codeOf(driver.putNamespace(shard, blocks))).to.equal('DRIVER_FAILED');
    });

    it('refuses a size that use is above', async () => {
      const subject = await started();
      await subject.driver.putNamespace(shard, blocks);
      await subject.hands.fill(shard, 'blocks', 4 * MiB);
      expect(await codeOf(subject.driver.putNamespace(shard, { ...blocks, size: MiB }))).to.equal('DRIVER_REFUSED');
    });

    it('reports passwords by their fingerprints only', async () => {
      const subject = await started();
      await subject.driver.putNamespace(shard, { ...blocks, password: sealed('blocks', 'print-1') });
      await subject.driver.configureZerodb(shard, { admin: sealed('admin', 'print-2') });
      const view = await present(subject);
      expect(view.namespaces?.[0]?.settings['password']).to.deep.equal({ $print: 'print-1' });
      expect(view.settings['admin']).to.deep.equal({ $print: 'print-2' });
    });
  });
}
