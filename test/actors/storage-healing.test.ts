// The storage rows of the failure and repair matrix, on worlds in memory: what breaks, what is done about it, and that the
// data is still there. Where a repair could lose data, nothing is done and it is said.

import { expect } from 'chai';
import { drive } from '../convergence/drive.ts';
import type { ActorCase } from '../convergence/actor-case.ts';
import { memoryObjectStores } from '../../drivers/objectstores/memory.ts';
import { memoryStorage } from '../../drivers/storage/memory.ts';
import { memoryVdisks } from '../../drivers/vdisks/memory.ts';
import { memoryVms } from '../../drivers/vms/memory.ts';
import { memoryZerodbs } from '../../drivers/zerodbs/memory.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { s3Case } from '../convergence/cases/s3.ts';
import { storagepoolCase } from '../convergence/cases/storagepool.ts';
import { filesystemCase } from '../convergence/cases/filesystem.ts';
import { vdiskCase } from '../convergence/cases/vdisk.ts';
import { vmCase } from '../convergence/cases/vm.ts';
import { zerodbCase } from '../convergence/cases/zerodb.ts';

const GiB = 2 ** 30;
const HOUR = 3_600_000;
const file = (name: string): JsonObject => ({ file: name, size: 4 * GiB, overwrite: false });

/** Drives to rest and tells the steps; the code of the refusal when a person is needed. */
async function heal<Driver>(
  actorCase: ActorCase<Driver>,
  driver: Driver,
  spec: JsonObject,
): Promise<readonly string[]> {
  try {
    const { steps } = await drive(actorCase, driver, { ...spec, running: true });
    return steps.map(({ op }) => op);
  } catch (error) {
    return [(error as { readonly code?: string }).code ?? String(error)];
  }
}

describe('what breaks in storage is healed', () => {
  describe('a pool', () => {
    const key = 'storagepool/thing';
    const spec = {
      devices: [file('a'), file('b')],
      spares: [file('c')],
      profile: 'raid1',
      convert: false,
      compress: 'none',
      scrub: { every: HOUR, timezone: 'UTC' },
      thresholds: { warning: 90, error: 99 },
    };
    const made = async (more: JsonObject = {}) => {
      const driver = memoryStorage();
      await heal(storagepoolCase, driver, { ...spec, ...more });
      driver.world.write(key, 'precious');
      return driver;
    };

    it('is mounted again', async () => {
      const driver = await made();
      driver.world.unmount(key);
      expect(await heal(storagepoolCase, driver, spec)).to.deep.equal(['mount']);
    });

    it('gets a spare for a disk torn out, then for one that fails, and keeps its data', async () => {
      const spares = { spares: [file('c'), file('d')] };
      const driver = await made(spares);
      driver.world.devices.tear('a');
      expect(await heal(storagepoolCase, driver, { ...spec, ...spares })).to.deep.equal(['replaceDevice']);
      driver.world.devices.wear('b');
      expect(await heal(storagepoolCase, driver, { ...spec, ...spares })).to.deep.equal(['replaceDevice']);
      expect(driver.world.members(key)).to.have.members(['c', 'd']);
      expect(driver.world.content(key)).to.equal('precious');
    });

    it('stays degraded and in use without a spare', async () => {
      const driver = await made({ spares: [] });
      driver.world.devices.tear('a');
      expect(await heal(storagepoolCase, driver, { ...spec, spares: [] })).to.deep.equal([]);
      const status = await storagepoolCase.actor.observe(driver, {
        key,
        name: 'thing',
        uid: 'u',
        generation: 1,
        hash: '',
        signal: new AbortController().signal,
      });
      expect(status).to.include({ health: 'warning', milestone: 'ready' });
    });

    it('asks for a person when more is gone than it bears, touches nothing, and is well when it returns', async () => {
      const driver = await made();
      for (const path of ['a', 'b']) driver.world.devices.tear(path);
      expect(await heal(storagepoolCase, driver, spec)).to.deep.equal(['NOT_CONVERGED']);
      for (const path of ['a', 'b']) driver.world.devices.mend(path);
      await heal(storagepoolCase, driver, spec);
      expect(driver.world.members(key)).to.deep.equal(['a', 'b']);
      expect(driver.world.content(key)).to.equal('precious');
    });

    it('has rotten places mended by a scrub while there is a good copy', async () => {
      const driver = await made();
      driver.world.corrupt(key);
      const context = {
        key,
        name: 'thing',
        uid: 'u',
        generation: 1,
        hash: '',
        run: 'run-1',
        signal: new AbortController().signal,
      } as const;
      expect(await storagepoolCase.actor.actions?.['scrub']?.run(driver, {}, context)).to.deep.equal({
        corrected: 1,
        uncorrectable: 0,
      });
    });
  });

  it('a filesystem that is full is an error, and nothing is removed', async () => {
    const driver = memoryStorage();
    driver.world.makePool('main');
    const spec = {
      storagepool: 'main',
      quota: GiB,
      readOnly: false,
      compress: 'none',
      copyOnWrite: true,
      mode: '0755',
      owner: '0:0',
      noAccessTime: true,
      thresholds: { warning: 90, error: 99 },
    };
    await heal(filesystemCase, driver, spec);
    driver.world.write('filesystem/thing', 'precious');
    driver.world.fill('filesystem/thing', GiB);
    expect(await heal(filesystemCase, driver, spec)).to.deep.equal(['NOT_CONVERGED']);
    expect(driver.world.content('filesystem/thing')).to.equal('precious');
  });

  describe('a vdisk', () => {
    const spec = {
      zerodbs: ['z1', 'z2', 'z3'],
      redundancy: { replicas: 2 },
      size: GiB,
      blockSize: 4096,
      type: 'db',
      format: 'ext4',
      preallocate: false,
      readOnly: false,
      iops: 0,
    };

    it('is attached again when its server died', async () => {
      const driver = memoryVdisks();
      await heal(vdiskCase, driver, spec);
      driver.world.kill('vdisk/thing');
      expect(await heal(vdiskCase, driver, spec)).to.deep.equal(['attach']);
    });

    it('has its parts rebuilt when a zerodb is lost, and waits untouched when too many are', async () => {
      const driver = memoryVdisks();
      await heal(vdiskCase, driver, spec);
      driver.world.write('vdisk/thing', 'precious');
      driver.world.failZerodb('z1');
      expect(await heal(vdiskCase, driver, spec)).to.deep.equal(['repair']);
      for (const name of ['z2', 'z3']) driver.world.failZerodb(name);
      expect(await heal(vdiskCase, driver, spec)).to.deep.equal(['NOT_CONVERGED']);
      expect(driver.world.content('thing')).to.equal('precious');
    });
  });

  it('a virtual machine that crashed is started', async () => {
    const driver = memoryVms();
    const spec = {
      cpu: 1,
      memory: GiB,
      kernelArgs: {},
      disks: [],
      nics: [],
      mounts: [],
      ports: [],
      files: [],
      stopAfter: 1000,
    };
    await heal(vmCase, driver, spec);
    driver.world.crash('vm/thing');
    expect(await heal(vmCase, driver, spec)).to.deep.equal(['start']);
  });

  it('a zerodb that died is started', async () => {
    const driver = memoryZerodbs();
    const spec = { storagepool: 'main', mode: 'user', sync: false, maxSize: 0, address: '0.0.0.0', namespaces: [] };
    await heal(zerodbCase, driver, spec);
    driver.world.kill('zerodb/thing');
    expect(await heal(zerodbCase, driver, spec)).to.deep.equal(['start']);
  });

  describe('an s3', () => {
    const key = 's3/thing';
    const spec = {
      zerodbs: ['z1', 'z2', 'z3'],
      spares: ['s1', 's2'],
      namespace: 's3',
      dataShards: 2,
      parityShards: 1,
      replaceAfter: HOUR,
      blockSize: GiB,
      login: 'shop',
      password: 'sealed',
      address: '0.0.0.0',
      port: 9000,
      region: 'us-east-1',
      buckets: [],
    };
    const made = async () => {
      const driver = memoryObjectStores();
      await heal(s3Case, driver, spec);
      driver.world.write(key, 'precious');
      return driver;
    };

    it('gets a spare for a zerodb that has been gone for an hour, and not before', async () => {
      const driver = await made();
      driver.world.failZerodb('z1', HOUR - 1);
      expect(await heal(s3Case, driver, spec)).to.deep.equal([]);
      driver.world.failZerodb('z1', HOUR);
      expect(await heal(s3Case, driver, spec)).to.deep.equal(['replaceShard']);
      expect(driver.world.content(key)).to.equal('precious');
    });

    it('blocks healing when more is gone than the parity bears, and goes on when one returns', async () => {
      const driver = await made();
      for (const name of ['z1', 'z2']) driver.world.failZerodb(name, 2 * HOUR);
      expect(await heal(s3Case, driver, spec)).to.deep.equal(['NOT_CONVERGED']);
      driver.world.mendZerodb('z2');
      expect(await heal(s3Case, driver, spec)).to.deep.equal(['replaceShard']);
      expect(driver.world.content(key)).to.equal('precious');
    });
  });
});
