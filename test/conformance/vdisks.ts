// What every driver of the port `vdisks` promises: a disk grows and never shrinks, is attached once, and keeps its data
// through everything but its destruction.

import { expect } from 'chai';
import type { VdiskDriver, VdiskPresent, VdiskSettings } from '../../drivers/vdisks/port.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { sealed } from '../convergence/cases/sealed.ts';
import { codeOf, identity, ownership } from './ownership.ts';

export interface VdisksSubject {
  readonly driver: VdiskDriver;
  /** Where a disk may lie: in a pool of the node. */
  readonly place: { readonly storagepool: string };
  /** Over these zerodbs; absent when the driver knows pools only. */
  readonly zerodbs?: readonly string[];
  readonly hands: {
    /** The server of the disk dies. */
    kill(key: ServiceKey): Promise<void> | void;
    failZerodb(name: string): Promise<void> | void;
    mendZerodb(name: string): Promise<void> | void;
    write(key: ServiceKey, content: string): Promise<void> | void;
    read(key: ServiceKey): Promise<string | undefined> | string | undefined;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

const MiB = 2 ** 20;
const rows: ServiceKey = 'vdisk/rows';

export function vdisksConformance(name: string, make: () => VdisksSubject | Promise<VdisksSubject>): void {
  describe(`vdisks: ${name}`, () => {
    const settingsOf = (subject: VdisksSubject, more: Partial<VdiskSettings> = {}): VdiskSettings => ({
      ...subject.place,
      size: 8 * MiB,
      blockSize: 4096,
      type: 'db',
      format: 'ext4',
      preallocate: false,
      readOnly: false,
      iops: 0,
      ...more,
    });
    const made = async (more: Partial<VdiskSettings> = {}): Promise<VdisksSubject> => {
      const subject = await make();
      await subject.driver.createVdisk(rows, identity, settingsOf(subject, more));
      return subject;
    };
    const present = async ({ driver }: VdisksSubject): Promise<VdiskPresent> => {
      const view = await driver.inspectVdisk(rows);
      if (view.presence !== 'present') throw new Error(`the vdisk is ${view.presence}`);
      return view;
    };

    ownership('vdisk', async () => {
      const subject = await make();
      const { driver, hands } = subject;
      return {
        async inspect(key) {
          const view = await driver.inspectVdisk(key);
          if (view.presence !== 'present') return view;
          const { url: _url, device: _device, ...rest } = view; // these may follow its name
          return rest;
        },
        create: (key, whose) => driver.createVdisk(key, whose, settingsOf(subject)),
        remove: (key) => driver.destroyVdisk(key),
        rekey: (from, to, whose) => driver.rekey(from, to, whose),
        adopt: (key, id, whose) => driver.adopt(key, id, whose),
        putForeign: (key) => hands.putForeign(key),
        putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
      };
    });

    it('makes a disk that is not attached yet and reports what it was made with', async () => {
      const view = await present(await made());
      expect(view.device).to.equal(undefined);
      expect(view.settings).to.include({ size: 8 * MiB, blockSize: 4096, type: 'db' });
      expect(view.parts).to.equal('optimal');
    });

    it('grows with its data in it, and refuses to shrink', async () => {
      const subject = await made();
      await subject.hands.write(rows, 'precious');
      for (let i = 0; i < 2; i++) await subject.driver.growVdisk(rows, 16 * MiB);
      expect(await codeOf(subject.driver.growVdisk(rows, 8 * MiB))).to.equal('DRIVER_REFUSED');
      expect((await present(subject)).settings['size']).to.equal(16 * MiB);
      expect(await subject.hands.read(rows)).to.equal('precious');
    });

    it('attaches and detaches, however often it is asked, and the data stays', async () => {
      const subject = await made();
      await subject.hands.write(rows, 'precious');
      for (let i = 0; i < 2; i++) await subject.driver.attachVdisk(rows, { readOnly: true });
      expect(await present(subject)).to.include({ attachedReadOnly: true });
      expect((await present(subject)).device).to.be.a('string');
      for (let i = 0; i < 2; i++) await subject.driver.detachVdisk(rows);
      expect((await present(subject)).device).to.equal(undefined);
      expect(await subject.hands.read(rows)).to.equal('precious');
    });

    it('takes the detaching of an absent disk for success', async () => {
      const { driver } = await make();
      await driver.detachVdisk(rows);
    });

    it('shows a disk whose server died as detached, and attaches it again with its data', async () => {
      const subject = await made();
      await subject.hands.write(rows, 'precious');
      await subject.driver.attachVdisk(rows, { readOnly: false });
      await subject.hands.kill(rows);
      expect((await present(subject)).device).to.equal(undefined);
      await subject.driver.attachVdisk(rows, { readOnly: false });
      expect(await subject.hands.read(rows)).to.equal('precious');
    });

    it('starts nothing when the time for it is over', async () => {
      const subject = await make();
      const made = subject.driver.createVdisk(rows, identity, settingsOf(subject), AbortSignal.abort());
      expect(await codeOf(made)).to.equal('DRIVER_TIMEOUT');
      expect((await subject.driver.inspectVdisk(rows)).presence).to.equal('absent');
    });

    it('changes limits and schedules in place', async () => {
      const subject = await made();
      await subject.driver.configureVdisk(rows, { iops: 100, log: { keep: 60_000, zerodbs: [] } });
      expect((await present(subject)).settings).to.deep.include({ iops: 100, log: { keep: 60_000, zerodbs: [] } });
    });

    it('reports a key by its fingerprint only', async () => {
      const subject = await made({ key: sealed('rows-key', 'print-1') });
      expect((await present(subject)).settings['key']).to.deep.equal({ $print: 'print-1' });
    });

    it('goes back to a snapshot and keeps what it replaced', async () => {
      const subject = await made();
      const { driver, hands } = subject;
      await hands.write(rows, 'monday');
      for (let i = 0; i < 2; i++) await driver.snapshotVdisk(rows, 'mon');
      await hands.write(rows, 'tuesday');
      const kept = await driver.rollbackVdisk(rows, 'mon');
      expect(await hands.read(rows)).to.equal('monday');
      await driver.rollbackVdisk(rows, kept);
      expect(await hands.read(rows)).to.equal('tuesday');
      expect(await codeOf(driver.rollbackVdisk(rows, 'never'))).to.equal('DRIVER_REFUSED');
    });

    describe('over zerodbs', () => {
      const spread = async (
        redundancy: { replicas: number } | { data: number; parity: number },
      ): Promise<VdisksSubject & { readonly zerodbs: readonly string[] }> => {
        const subject = await make();
        const { zerodbs } = subject;
        if (zerodbs === undefined) throw new Error('this driver has no zerodbs');
        const { storagepool: _pool, ...settings } = settingsOf(subject);
        await subject.driver.createVdisk(rows, identity, { ...settings, zerodbs, redundancy });
        return { ...subject, zerodbs };
      };

      it('waits for its zerodbs', async () => {
        const subject = await make();
        const { zerodbs = [] } = subject;
        await subject.hands.failZerodb(zerodbs[0]!);
        const { storagepool: _pool, ...settings } = settingsOf(subject);
        expect(await codeOf(subject.driver.createVdisk(rows, identity, { ...settings, zerodbs }))).to.equal(
          'DEPENDENCY_UNREADY',
        );
      });

      it('reads on with parts missing, and rebuilds them on what is left', async () => {
        const subject = await spread({ replicas: 2 });
        await subject.hands.write(rows, 'precious');
        await subject.hands.failZerodb(subject.zerodbs[0]!);
        expect(await present(subject)).to.include({ parts: 'degraded', rebuildable: true });
        expect(await subject.hands.read(rows)).to.equal('precious');
        for (let i = 0; i < 2; i++) await subject.driver.repairVdisk(rows);
        expect(await present(subject)).to.include({ parts: 'optimal' });
        expect(await subject.hands.read(rows)).to.equal('precious');
      });

      it('refuses everything that would make a loss worse, and is whole again when what is lost returns', async () => {
        const subject = await spread({ data: 2, parity: 1 });
        await subject.hands.write(rows, 'precious');
        for (const zerodb of subject.zerodbs.slice(0, 2)) await subject.hands.failZerodb(zerodb);
        expect(await present(subject)).to.include({ parts: 'lost', rebuildable: false });
        expect(await codeOf(subject.driver.repairVdisk(rows))).to.equal('NO_CAPACITY');
        expect(await codeOf(subject.driver.attachVdisk(rows, { readOnly: false }))).to.equal('DRIVER_REFUSED');
        expect(await codeOf(subject.driver.configureVdisk(rows, { zerodbs: subject.zerodbs.slice(2) }))).to.equal(
          'DRIVER_REFUSED',
        );
        for (const zerodb of subject.zerodbs.slice(0, 2)) await subject.hands.mendZerodb(zerodb);
        expect(await present(subject)).to.include({ parts: 'optimal' });
        expect(await subject.hands.read(rows)).to.equal('precious');
      });
    });
  });
}
