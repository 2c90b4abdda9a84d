// What every driver of the port `objectstores` promises: objects outlive the gateway, and no shard is given up before its copy
// stands somewhere else.

import { expect } from 'chai';
import type { BucketWish, ObjectStoreDriver, ObjectStorePresent } from '../../drivers/objectstores/port.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { codeOf, identity, ownership } from './ownership.ts';

export interface ObjectStoresSubject {
  readonly driver: ObjectStoreDriver;
  /** Two data shards and one of parity, over three zerodbs, with one spare. */
  readonly settings: JsonObject & {
    readonly zerodbs: readonly [string, string, string];
    readonly spares: readonly [string];
  };
  readonly hands: {
    kill(key: ServiceKey): Promise<void> | void;
    failZerodb(name: string): Promise<void> | void;
    mendZerodb(name: string): Promise<void> | void;
    write(key: ServiceKey, content: string): Promise<void> | void;
    content(key: ServiceKey): Promise<string | undefined> | string | undefined;
    /** So many objects lose a shard. */
    corrupt(key: ServiceKey, objects: number): Promise<void> | void;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

const shop: ServiceKey = 's3/shop';
const photos: BucketWish = {
  name: 'photos',
  versioning: false,
  objectLock: false,
  publicRead: false,
  quota: 0,
  expireAfter: 0,
};

export function objectStoresConformance(
  name: string,
  make: () => ObjectStoresSubject | Promise<ObjectStoresSubject>,
): void {
  describe(`objectstores: ${name}`, () => {
    const started = async (): Promise<ObjectStoresSubject> => {
      const subject = await make();
      await subject.driver.createStore(shop, identity, subject.settings);
      await subject.driver.startStore(shop);
      return subject;
    };
    const present = async ({ driver }: ObjectStoresSubject): Promise<ObjectStorePresent> => {
      const view = await driver.inspectStore(shop);
      if (view.presence !== 'present') throw new Error(`the s3 is ${view.presence}`);
      return view;
    };
    const places = async (subject: ObjectStoresSubject): Promise<readonly string[]> =>
      (await present(subject)).shards.map(({ zerodb }) => zerodb);

    ownership('s3', async () => {
      const { driver, settings, hands } = await make();
      return {
        inspect: (key) => driver.inspectStore(key),
        create: (key, whose) => driver.createStore(key, whose, settings),
        remove: (key) => driver.destroyStore(key),
        rekey: (from, to, whose) => driver.rekey(from, to, whose),
        adopt: (key, id, whose) => driver.adopt(key, id, whose),
        putForeign: (key) => hands.putForeign(key),
        putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
      };
    });

    it('starts and stops, however often it is asked, and its objects stay', async () => {
      const subject = await started();
      await subject.hands.write(shop, 'precious');
      await subject.driver.startStore(shop);
      for (let i = 0; i < 2; i++) await subject.driver.stopStore(shop);
      expect(await present(subject)).to.include({ state: 'stopped' });
      await subject.driver.startStore(shop);
      await subject.hands.kill(shop);
      expect(await present(subject)).to.include({ state: 'failed' });
      await subject.driver.startStore(shop);
      expect(await subject.hands.content(shop)).to.equal('precious');
    });

    it('refuses fewer zerodbs than shards, and waits for one that does not answer', async () => {
      const { driver, settings, hands } = await make();
      const { zerodbs } = settings;
      expect(await codeOf(driver.createStore(shop, identity, { ...settings, zerodbs: zerodbs.slice(1) }))).to.equal(
        'DRIVER_REFUSED',
      );
      await hands.failZerodb(zerodbs[0]);
      expect(await codeOf(driver.createStore(shop, identity, settings))).to.equal('DEPENDENCY_UNREADY');
      await hands.mendZerodb(zerodbs[0]);
      await driver.createStore(shop, identity, settings);
    });

    it('makes, changes and removes buckets while it runs, however often it is asked', async () => {
      const subject = await started();
      for (let i = 0; i < 2; i++) await subject.driver.putBucket(shop, photos);
      await subject.driver.putBucket(shop, { ...photos, versioning: true });
      expect((await present(subject)).buckets?.map(({ settings }) => settings['versioning'])).to.deep.equal([true]);
      for (let i = 0; i < 2; i++) await subject.driver.removeBucket(shop, 'photos');
      expect((await present(subject)).buckets).to.deep.equal([]);
      await subject.driver.stopStore(shop);
      expect(await codeOf(subject.driver.putBucket(shop, photos))).to.equal('DRIVER_FAILED');
      expect((await present(subject)).buckets).to.equal(undefined);
    });

    it('rebuilds the shards of a lost zerodb on another, however often it is asked', async () => {
      const subject = await started();
      const [lost, ...rest] = subject.settings.zerodbs;
      const [spare] = subject.settings.spares;
      await subject.hands.write(shop, 'precious');
      await subject.hands.failZerodb(lost);
      expect(
        (await present(subject)).shards.filter(({ state }) => state === 'failed').map(({ zerodb }) => zerodb),
      ).to.deep.equal([lost]);
      for (let i = 0; i < 2; i++) await subject.driver.exchangeShard(shop, { out: lost, in: spare });
      expect(await places(subject)).to.have.members([...rest, spare]);
      expect((await present(subject)).shards.every(({ state }) => state === 'ok')).to.equal(true);
      expect(await subject.hands.content(shop)).to.equal('precious');
    });

    it('moves nothing when more is gone than the parity bears, and is well when it returns', async () => {
      const subject = await started();
      const [one, two] = subject.settings.zerodbs;
      await subject.hands.write(shop, 'precious');
      for (const zerodb of [one, two]) await subject.hands.failZerodb(zerodb);
      expect(await codeOf(subject.driver.exchangeShard(shop, { out: one, in: subject.settings.spares[0] }))).to.equal(
        'DRIVER_REFUSED',
      );
      expect(await codeOf(subject.driver.checkStore(shop, { repair: true }))).to.equal('DRIVER_REFUSED');
      expect(await places(subject)).to.deep.equal(subject.settings.zerodbs);
      for (const zerodb of [one, two]) await subject.hands.mendZerodb(zerodb);
      expect(await subject.hands.content(shop)).to.equal('precious');
    });

    it('never lets a zerodb go that its shards need', async () => {
      const subject = await started();
      expect(await codeOf(subject.driver.exchangeShard(shop, { out: subject.settings.zerodbs[0] }))).to.equal(
        'DRIVER_REFUSED',
      );
      expect(await places(subject)).to.deep.equal(subject.settings.zerodbs);
    });

    it('takes no zerodb that does not answer', async () => {
      const subject = await started();
      await subject.hands.failZerodb(subject.settings.spares[0]);
      expect(await codeOf(subject.driver.exchangeShard(shop, { in: subject.settings.spares[0] }))).to.equal(
        'DEPENDENCY_UNREADY',
      );
      expect((await present(subject)).answering).not.to.include(subject.settings.spares[0]);
    });

    it('starts nothing when the time for it is over', async () => {
      const subject = await started();
      const [out] = subject.settings.zerodbs;
      const change = { out, in: subject.settings.spares[0] };
      expect(await codeOf(subject.driver.exchangeShard(shop, change, AbortSignal.abort()))).to.equal('DRIVER_TIMEOUT');
      expect(await places(subject)).to.include(out);
    });

    it('counts what is damaged, and repairs it when asked', async () => {
      const { driver, hands } = await started();
      await hands.corrupt(shop, 2);
      expect(await driver.checkStore(shop, { repair: false })).to.include({ damaged: 2, repaired: 0 });
      expect(await driver.checkStore(shop, { repair: true })).to.include({ repaired: 2 });
      expect(await driver.checkStore(shop, { repair: false })).to.include({ damaged: 0 });
    });
  });
}
