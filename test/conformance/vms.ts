// What every driver of the port `vms` promises: a machine is defined once and started any number of times, and a disk is in
// one machine only.

import { expect } from 'chai';
import type { DiskWish, VmDriver, VmPresent } from '../../drivers/vms/port.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { sealed } from '../convergence/cases/sealed.ts';
import { codeOf, identity, ownership } from './ownership.ts';

export interface VmsSubject {
  readonly driver: VmDriver;
  readonly settings: JsonObject;
  /** The name of a vdisk that is ready. */
  readonly vdisk: string;
  readonly hands: {
    crash(key: ServiceKey): Promise<void> | void;
    powerOff(key: ServiceKey): Promise<void> | void;
    breakVdisk(name: string): Promise<void> | void;
    mendVdisk(name: string): Promise<void> | void;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

const web: ServiceKey = 'vm/web';

export function vmsConformance(name: string, make: () => VmsSubject | Promise<VmsSubject>): void {
  describe(`vms: ${name}`, () => {
    const made = async (): Promise<VmsSubject> => {
      const subject = await make();
      await subject.driver.createVm(web, identity, subject.settings);
      return subject;
    };
    const started = async (): Promise<VmsSubject> => {
      const subject = await made();
      await subject.driver.startVm(web);
      return subject;
    };
    const present = async ({ driver }: VmsSubject): Promise<VmPresent> => {
      const view = await driver.inspectVm(web);
      if (view.presence !== 'present') throw new Error(`the machine is ${view.presence}`);
      return view;
    };
    const disk = (vdisk: string, maxIops = 0): DiskWish => ({ vdisk, maxIops, readOnly: false, boot: false });

    ownership('vm', async () => {
      const { driver, settings, hands } = await make();
      return {
        inspect: (key) => driver.inspectVm(key),
        create: (key, whose) => driver.createVm(key, whose, settings),
        remove: (key) => driver.removeVm(key),
        rekey: (from, to, whose) => driver.rekey(from, to, whose),
        adopt: (key, id, whose) => driver.adopt(key, id, whose),
        putForeign: (key) => hands.putForeign(key),
        putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
      };
    });

    it('defines a machine that does not run yet', async () => {
      expect(await present(await made())).to.include({ state: 'stopped' });
    });

    it('starts and stops, however often it is asked, and keeps its address', async () => {
      const subject = await started();
      const { address } = await present(subject);
      await subject.driver.startVm(web);
      expect(await present(subject)).to.include({ state: 'running' });
      for (let i = 0; i < 2; i++) await subject.driver.stopVm(web, 1000);
      expect(await present(subject)).to.include({ state: 'stopped' });
      await subject.driver.startVm(web);
      expect(await present(subject)).to.include({ state: 'running', address });
    });

    it('pauses and resumes, and refuses it of a machine that is off', async () => {
      const subject = await started();
      for (let i = 0; i < 2; i++) await subject.driver.pauseVm(web);
      expect(await present(subject)).to.include({ state: 'paused' });
      for (let i = 0; i < 2; i++) await subject.driver.resumeVm(web);
      expect(await present(subject)).to.include({ state: 'running' });
      await subject.driver.stopVm(web, 1000);
      expect(await codeOf(subject.driver.pauseVm(web))).to.equal('DRIVER_REFUSED');
    });

    it('tells a crash from a shutdown, and starts after both', async () => {
      const subject = await started();
      await subject.hands.crash(web);
      expect(await present(subject)).to.include({ state: 'crashed' });
      await subject.driver.startVm(web);
      await subject.hands.powerOff(web);
      expect(await present(subject)).to.include({ state: 'stopped' });
      await subject.driver.startVm(web);
      expect(await present(subject)).to.include({ state: 'running' });
    });

    it('attaches and detaches disks while it runs, however often it is asked', async () => {
      const subject = await started();
      const { driver, vdisk } = subject;
      for (let i = 0; i < 2; i++) await driver.attachDisk(web, disk(vdisk));
      await driver.attachDisk(web, disk(vdisk, 100));
      expect((await present(subject)).disks).to.deep.equal([disk(vdisk, 100)]);
      for (let i = 0; i < 2; i++) await driver.detachDisk(web, vdisk);
      expect((await present(subject)).disks).to.deep.equal([]);
    });

    it('refuses a disk that another machine has', async () => {
      const { driver, settings, vdisk } = await started();
      await driver.attachDisk(web, disk(vdisk));
      await driver.createVm('vm/other', identity, settings);
      expect(await codeOf(driver.attachDisk('vm/other', disk(vdisk)))).to.equal('DRIVER_REFUSED');
    });

    it('waits for its disks before it starts', async () => {
      const subject = await made();
      await subject.driver.attachDisk(web, disk(subject.vdisk));
      await subject.hands.breakVdisk(subject.vdisk);
      expect(await codeOf(subject.driver.startVm(web))).to.equal('DEPENDENCY_UNREADY');
      await subject.hands.mendVdisk(subject.vdisk);
      await subject.driver.startVm(web);
      expect(await present(subject)).to.include({ state: 'running' });
    });

    it('starts nothing when the time for it is over', async () => {
      const subject = await started();
      expect(await codeOf(subject.driver.stopVm(web, 1000, AbortSignal.abort()))).to.equal('DRIVER_TIMEOUT');
      expect(await present(subject)).to.include({ state: 'running' });
    });

    it('adds and removes cards by name', async () => {
      const subject = await started();
      for (let i = 0; i < 2; i++) await subject.driver.attachNic(web, { name: 'eth0' });
      expect((await present(subject)).nics).to.deep.equal([{ name: 'eth0' }]);
      for (let i = 0; i < 2; i++) await subject.driver.detachNic(web, 'eth0');
      expect((await present(subject)).nics).to.deep.equal([]);
    });

    it('changes processors and memory only while it is off', async () => {
      const subject = await started();
      expect(await codeOf(subject.driver.configureVm(web, { cpu: 3 }))).to.equal('DRIVER_REFUSED');
      await subject.driver.stopVm(web, 1000);
      await subject.driver.configureVm(web, { cpu: 3 });
      expect((await present(subject)).settings).to.include({ cpu: 3 });
    });

    it('reports a password by its fingerprint only', async () => {
      const subject = await started();
      await subject.driver.configureVm(web, { vnc: { port: 5900, password: sealed('vnc', 'print-1') } });
      expect((await present(subject)).settings['vnc']).to.deep.equal({ port: 5900, password: { $print: 'print-1' } });
    });
  });
}
