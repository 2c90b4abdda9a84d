// What every driver of the port `storage` promises: pools that survive their disks, filesystems with quotas, snapshots that
// stay what they were. Only promises that btrfs can keep stand here.

import { expect } from 'chai';
import type { DeviceWish, PoolSettings, StorageDriver } from '../../drivers/storage/port.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { codeOf, identity, ownership, type Owned } from './ownership.ts';

export interface StorageSubject {
  readonly driver: StorageDriver;
  /** Four devices of this node that nothing is on. */
  readonly devices: readonly [DeviceWish, DeviceWish, DeviceWish, DeviceWish];
  /** One that holds a file system of somebody else. */
  readonly taken: DeviceWish;
  readonly hands: {
    /** The device stops answering. */
    tear(path: string): Promise<void> | void;
    unmount(key: ServiceKey): Promise<void> | void;
    write(key: ServiceKey, content: string): Promise<void> | void;
    content(key: ServiceKey): Promise<string | undefined> | string | undefined;
    fill(key: ServiceKey, bytes: number): Promise<void> | void;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

const pool: ServiceKey = 'storagepool/main';
const photos: ServiceKey = 'filesystem/photos';
const settings: PoolSettings = { dataProfile: 'raid1', metadataProfile: 'raid1', compress: 'none' };
const single: PoolSettings = { dataProfile: 'single', metadataProfile: 'single', compress: 'none' };

export function storageConformance(name: string, make: () => StorageSubject | Promise<StorageSubject>): void {
  const mounted = async (): Promise<StorageSubject> => {
    const subject = await make();
    await subject.driver.createPool(pool, identity, subject.devices.slice(0, 2), settings);
    await subject.driver.mountPool(pool);
    return subject;
  };
  const withPhotos = async (): Promise<StorageSubject> => {
    const subject = await mounted();
    await subject.driver.createFilesystem(photos, identity, 'main', { quota: 0 });
    return subject;
  };
  const present = async (driver: StorageDriver) => {
    const view = await driver.inspectPool(pool);
    if (view.presence !== 'present') throw new Error(`the pool is ${view.presence}`);
    return view;
  };
  const paths = async (driver: StorageDriver): Promise<readonly string[]> =>
    (await present(driver)).members.map(({ path }) => path);

  describe(`pools: ${name}`, () => {
    ownership('storagepool', async () => {
      const { driver, devices, hands } = await make();
      let next = 0;
      const chosen = new Map<ServiceKey, DeviceWish>();
      const deviceOf = (key: ServiceKey): DeviceWish => {
        const device = chosen.get(key) ?? devices[next++]!; // there are four, and a test makes two
        chosen.set(key, device);
        return device;
      };
      return owned(driver, hands, {
        async inspect(key) {
          const { devices: _devices, ...view } = await driver.inspectPool(key);
          return view;
        },
        create: (key, whose) => driver.createPool(key, whose, [deviceOf(key)], single),
        remove: (key) => driver.destroyPool(key),
      });
    });

    it('makes a pool that is not mounted yet, mounts and unmounts it, each as often as it is asked', async () => {
      const { driver, devices } = await make();
      await driver.createPool(pool, identity, devices.slice(0, 2), settings);
      expect(await present(driver)).to.include({ state: 'healthy', mountedAt: undefined });
      for (let i = 0; i < 2; i++) await driver.mountPool(pool);
      expect((await present(driver)).mountedAt).to.be.a('string');
      for (let i = 0; i < 2; i++) await driver.unmountPool(pool);
      expect((await present(driver)).mountedAt).to.equal(undefined);
    });

    it('refuses a profile that the devices are too few for, and takes none of them', async () => {
      const { driver, devices } = await make();
      expect(await codeOf(driver.createPool(pool, identity, devices.slice(0, 1), settings))).to.equal('DRIVER_REFUSED');
      const view = await driver.inspectPool(pool);
      expect(view.presence).to.equal('absent');
      expect(view.devices.filter(({ holds }) => holds === 'member')).to.deep.equal([]);
    });

    it('refuses a device that holds something else, unless it may be overwritten', async () => {
      const { driver, devices, taken } = await make();
      expect(await codeOf(driver.createPool(pool, identity, [devices[0], taken], settings))).to.equal('DRIVER_REFUSED');
      expect((await driver.inspectPool(pool)).devices.find(({ path }) => path === taken.path)?.holds).to.equal(
        'something-else',
      );
      await driver.createPool(pool, identity, [devices[0], { ...taken, overwrite: true }], settings);
      expect(await paths(driver)).to.have.members([devices[0].path, taken.path]);
    });

    it('refuses a device that another pool has', async () => {
      const { driver, devices } = await mounted();
      expect(await codeOf(driver.createPool('storagepool/other', identity, [devices[0]], single))).to.equal(
        'DRIVER_REFUSED',
      );
    });

    it('is degraded as soon as a device is gone, mounts all the same, and keeps its data', async () => {
      const { driver, devices, hands } = await withPhotos();
      await hands.write(photos, 'precious');
      await hands.tear(devices[0].path);
      expect(await present(driver)).to.include({ state: 'degraded' });
      await driver.unmountPool(pool);
      await driver.mountPool(pool);
      expect(await hands.content(photos)).to.equal('precious');
    });

    it('is whole again when the lost device is replaced, however often it is asked', async () => {
      const { driver, devices, hands } = await withPhotos();
      await hands.write(photos, 'precious');
      await hands.tear(devices[0].path);
      for (let i = 0; i < 2; i++) await driver.exchangeDevice(pool, { out: devices[0].path, in: devices[2] });
      expect(await present(driver)).to.include({ state: 'healthy' });
      expect(await paths(driver)).to.have.members([devices[1].path, devices[2].path]);
      expect(await hands.content(photos)).to.equal('precious');
    });

    it('does not mount when more is gone than its profile bears', async () => {
      const { driver, devices, hands } = await mounted();
      for (const { path } of devices.slice(0, 2)) await hands.tear(path);
      expect(await present(driver)).to.include({ state: 'error', mountedAt: undefined });
      expect(await codeOf(driver.mountPool(pool))).to.equal('DRIVER_REFUSED');
    });

    it('adds and releases devices, however often it is asked', async () => {
      const { driver, devices } = await mounted();
      for (let i = 0; i < 2; i++) await driver.exchangeDevice(pool, { in: devices[2] });
      expect(await paths(driver)).to.have.lengthOf(3);
      for (let i = 0; i < 2; i++) await driver.exchangeDevice(pool, { out: devices[0].path });
      expect(await paths(driver)).to.have.members([devices[1].path, devices[2].path]);
      expect((await driver.inspectPool(pool)).devices.find(({ path }) => path === devices[0].path)?.holds).to.equal(
        'nothing',
      );
    });

    it('never releases a device that its profile or its data needs', async () => {
      const { driver, devices, hands } = await mounted();
      expect(await codeOf(driver.exchangeDevice(pool, { out: devices[0].path }))).to.equal('DRIVER_REFUSED');
      await driver.exchangeDevice(pool, { in: devices[2] });
      await hands.fill(pool, (await present(driver)).capacity);
      expect(await codeOf(driver.exchangeDevice(pool, { out: devices[0].path }))).to.equal('NO_CAPACITY');
      expect(await paths(driver)).to.have.lengthOf(3);
    });

    it('starts nothing when the time for it is over', async () => {
      const { driver, devices } = await make();
      const late = AbortSignal.abort();
      expect(await codeOf(driver.createPool(pool, identity, devices.slice(0, 2), settings, late))).to.equal(
        'DRIVER_TIMEOUT',
      );
      expect((await driver.inspectPool(pool)).presence).to.equal('absent');
    });

    it('converts to another profile when it has the devices for it', async () => {
      const { driver } = await mounted();
      expect(await codeOf(driver.configurePool(pool, { dataProfile: 'raid10' }))).to.equal('DRIVER_REFUSED');
      await driver.configurePool(pool, { dataProfile: 'single' });
      expect((await present(driver)).settings).to.include({ dataProfile: 'single', metadataProfile: 'raid1' });
    });
  });

  describe(`filesystems: ${name}`, () => {
    ownership('filesystem', async () => {
      const { driver, hands } = await mounted();
      return owned(driver, hands, {
        inspect: async (key) => withoutPath(await driver.inspectFilesystem(key)),
        create: (key, whose) => driver.createFilesystem(key, whose, 'main', { quota: 0 }),
        remove: (key) => driver.destroyFilesystem(key),
      });
    });

    it('waits for its pool', async () => {
      const { driver } = await make();
      expect(await codeOf(driver.createFilesystem(photos, identity, 'main', {}))).to.equal('DEPENDENCY_UNREADY');
    });

    it('cannot be reached while its pool is not mounted, and is there again afterwards', async () => {
      const { driver, hands } = await withPhotos();
      await hands.write(photos, 'precious');
      await hands.unmount(pool);
      expect(await driver.inspectFilesystem(photos)).to.include({ presence: 'present', reachable: false });
      await driver.mountPool(pool);
      expect(await driver.inspectFilesystem(photos)).to.include({ reachable: true });
      expect(await hands.content(photos)).to.equal('precious');
    });

    it('changes its quota, and refuses one below its use', async () => {
      const { driver, hands } = await withPhotos();
      await hands.fill(photos, 2 ** 20);
      await driver.configureFilesystem(photos, { quota: 2 ** 21 });
      expect(await codeOf(driver.configureFilesystem(photos, { quota: 2 ** 19 }))).to.equal('DRIVER_REFUSED');
      const view = await driver.inspectFilesystem(photos);
      expect(view.presence === 'present' && view.settings['quota']).to.equal(2 ** 21);
    });

    it('goes back to a snapshot and keeps what it replaced', async () => {
      const { driver, hands } = await withPhotos();
      await hands.write(photos, 'monday');
      await driver.snapshotFilesystem(photos, 'mon');
      await hands.write(photos, 'tuesday');
      const kept = await driver.rollbackFilesystem(photos, 'mon');
      expect(await hands.content(photos)).to.equal('monday');
      await driver.rollbackFilesystem(photos, kept);
      expect(await hands.content(photos)).to.equal('tuesday');
      expect(await codeOf(driver.rollbackFilesystem(photos, 'never'))).to.equal('DRIVER_REFUSED');
    });
  });

  describe(`snapshots: ${name}`, () => {
    const source = { kind: 'filesystem', name: 'photos' } as const;
    const monday: ServiceKey = 'snapshot/monday';

    ownership('snapshot', async () => {
      const { driver, hands } = await withPhotos();
      return owned(driver, hands, {
        inspect: async (key) => withoutPath(await driver.inspectSnapshot(key)),
        create: (key, whose) => driver.takeSnapshot(key, whose, source, { readOnly: true }),
        remove: (key) => driver.destroySnapshot(key),
      });
    });

    it('waits for its source', async () => {
      const { driver } = await mounted();
      expect(await codeOf(driver.takeSnapshot(monday, identity, source, {}))).to.equal('DEPENDENCY_UNREADY');
    });

    it('stays what it was when it was taken, however often it is asked for', async () => {
      const { driver, hands } = await withPhotos();
      await hands.write(photos, 'monday');
      await driver.takeSnapshot(monday, identity, source, { readOnly: true });
      await hands.write(photos, 'tuesday');
      await driver.takeSnapshot(monday, identity, source, { readOnly: true });
      await driver.restoreSnapshot(monday);
      expect(await hands.content(photos)).to.equal('monday');
    });
  });
}

function owned(
  driver: StorageDriver,
  hands: StorageSubject['hands'],
  rest: Pick<Owned, 'inspect' | 'create' | 'remove'>,
): Owned {
  return {
    ...rest,
    rekey: (from, to, whose) => driver.rekey(from, to, whose),
    adopt: (key, id, whose) => driver.adopt(key, id, whose),
    putForeign: (key) => hands.putForeign(key),
    putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
  };
}

/** Where it lies may follow its name. */
function withoutPath<View extends { readonly presence: string }>(view: View): Omit<View, 'path'> {
  const { path: _path, ...rest } = view as View & { readonly path?: string };
  return rest;
}
