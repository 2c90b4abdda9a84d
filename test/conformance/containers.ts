// What every driver of the port `containers` promises. Only promises that a real runtime can keep stand here, so that the
// memory driver and the real ones are held to the same.

import { expect } from 'chai';
import type { ContainerConfig, ContainersDriver, ContainerView } from '../../drivers/containers/port.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { codeOf, identity, ownership } from './ownership.ts';

export interface ContainersSubject {
  readonly driver: ContainersDriver;
  /** An image whose own command goes on until it is stopped. */
  readonly image: string;
  /** One that is nowhere to be had. */
  readonly missingImage: string;
  readonly hands: {
    /** The process dies. */
    kill(key: ServiceKey): Promise<void> | void;
    pauseByHand(key: ServiceKey): Promise<void> | void;
    removeByHand(key: ServiceKey): Promise<void> | void;
    putForeign(key: ServiceKey): Promise<string> | string;
    putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
  };
}

export function containersConformance(name: string, make: () => ContainersSubject | Promise<ContainersSubject>): void {
  describe(`containers: ${name}`, () => {
    const web: ServiceKey = 'container/web';
    const stop = { signal: 'SIGTERM', graceMs: 2000 };
    const configOf = (subject: ContainersSubject, more: object = {}): ContainerConfig => ({
      image: subject.image,
      network: null,
      env: { STAGE: 'test' },
      ports: [],
      ...more,
    });
    const started = async (more: object = {}): Promise<ContainersSubject> => {
      const subject = await make();
      await subject.driver.create(web, identity, configOf(subject, more));
      await subject.driver.start(web);
      return subject;
    };
    const stateOf = (view: ContainerView): string => (view.presence === 'present' ? view.state : view.presence);
    const present = async (
      subject: ContainersSubject,
      key = web,
    ): Promise<Extract<ContainerView, { presence: 'present' }>> => {
      const view = await subject.driver.inspect(key);
      if (view.presence !== 'present') throw new Error(`${key} is ${view.presence}`);
      return view;
    };

    ownership('container', async () => {
      const subject = await make();
      const { driver, hands } = subject;
      return {
        inspect: (key) => driver.inspect(key),
        create: (key, whose) => driver.create(key, whose, configOf(subject, { hostname: 'fixed' })),
        remove: (key) => driver.remove(key),
        rekey: (from, to, whose) => driver.rekey(from, to, whose),
        adopt: (key, id, whose) => driver.adopt(key, id, whose),
        putForeign: (key) => hands.putForeign(key),
        putOfAnotherGrid: (key) => hands.putOfAnotherGrid(key),
      };
    });

    it('makes a container that does not run yet and reports what it was made with', async () => {
      const subject = await make();
      await subject.driver.create(web, identity, configOf(subject, { memory: 64 * 1024 ** 2 }));
      const view = await present(subject);
      expect(view.state).to.equal('created');
      expect(view.config).to.include({ image: subject.image, memory: 64 * 1024 ** 2, network: null });
      expect(view.config['env']).to.deep.equal({ STAGE: 'test' });
    });

    it('starts and stops it, each as often as it is asked', async () => {
      const subject = await started();
      await subject.driver.start(web);
      expect((await present(subject)).state).to.equal('running');
      for (let i = 0; i < 2; i++) await subject.driver.stop(web, stop);
      expect((await present(subject)).state).to.equal('exited');
      await subject.driver.stop('container/never-made', stop);
    });

    it('refuses an image that is nowhere to be had and leaves nothing behind', async () => {
      const subject = await make();
      const config = configOf(subject, { image: subject.missingImage });
      expect(await codeOf(subject.driver.create(web, identity, config))).to.equal('DRIVER_REFUSED');
      expect(stateOf(await subject.driver.inspect(web))).to.equal('absent');
    });

    it('sees a killed container as exited with its code, and keeps its address over the restart', async () => {
      const subject = await started();
      const before = await present(subject);
      await subject.hands.kill(web);
      const dead = await present(subject);
      expect(dead.state).to.equal('exited');
      expect(dead.exitCode).to.equal(137);
      await subject.driver.start(web);
      const after = await present(subject);
      expect(after.state).to.equal('running');
      expect(after.exitCode).to.equal(undefined);
      expect(after.address).to.be.a('string').and.equal(before.address);
    });

    it('lets a container go on that was paused by hand', async () => {
      const subject = await started();
      await subject.hands.pauseByHand(web);
      expect((await present(subject)).state).to.equal('paused');
      await subject.driver.start(web);
      expect((await present(subject)).state).to.equal('running');
    });

    it('stops a container that was paused by hand', async () => {
      const subject = await started();
      await subject.hands.pauseByHand(web);
      await subject.driver.stop(web, stop);
      expect((await present(subject)).state).to.equal('exited');
    });

    it('sees a container that was removed by hand as absent', async () => {
      const subject = await started();
      await subject.hands.removeByHand(web);
      expect(stateOf(await subject.driver.inspect(web))).to.equal('absent');
    });

    it('removes a container that still runs', async () => {
      const subject = await started();
      await subject.driver.remove(web);
      expect(stateOf(await subject.driver.inspect(web))).to.equal('absent');
    });

    it('changes limits while it runs, without a restart', async () => {
      const subject = await started({ pids: 100 });
      for (let i = 0; i < 2; i++) await subject.driver.update(web, identity, { pids: 200 });
      const view = await present(subject);
      expect(view.state).to.equal('running');
      expect(view.config['pids']).to.equal(200);
      expect(view.config['env']).to.deep.equal({ STAGE: 'test' });
    });

    it('gives one port of the node to one running container only, and to the other when the first has ended', async () => {
      const subject = await started({ ports: ['18080:80'] });
      const { driver } = subject;
      const other: ServiceKey = 'container/other';
      await driver.create(other, { ...identity, uid: 'uid-2' }, configOf(subject, { ports: ['18080:8080'] }));
      expect(await codeOf(driver.start(other))).to.equal('DRIVER_REFUSED');
      expect((await present(subject, other)).state).not.to.equal('running');
      await driver.stop(web, stop);
      await driver.start(other);
      expect((await present(subject, other)).state).to.equal('running');
    });

    it('gives two containers different addresses', async () => {
      const subject = await started();
      await subject.driver.create('container/b', { ...identity, uid: 'uid-2' }, configOf(subject));
      await subject.driver.start('container/b');
      expect((await present(subject, 'container/b')).address).not.to.equal((await present(subject)).address);
    });

    it('counts an attempt once, however often it is started with the same number', async () => {
      const subject = await make();
      await subject.driver.create(web, identity, configOf(subject));
      for (let i = 0; i < 2; i++) await subject.driver.start(web, { attempt: 1 });
      await subject.hands.kill(web);
      await subject.driver.start(web, { attempt: 1 });
      expect(await present(subject)).to.include({ state: 'exited', attempt: 1 });
      await subject.driver.start(web, { attempt: 2 });
      expect(await present(subject)).to.include({ state: 'running', attempt: 2 });
      await subject.hands.kill(web);
      await subject.driver.start(web, { attempt: 1, fresh: true });
      expect(await present(subject)).to.include({ state: 'running', attempt: 1 });
    });

    it('does not count an attempt that was stopped on order', async () => {
      const subject = await make();
      await subject.driver.create(web, identity, configOf(subject));
      await subject.driver.start(web, { attempt: 1 });
      for (let i = 0; i < 2; i++) await subject.driver.stop(web, stop);
      expect(await present(subject)).to.include({ state: 'exited', attempt: 0 });
    });

    it('runs a command in a running container only', async () => {
      const subject = await started();
      const result = await subject.driver.exec(web, { command: ['echo', 'hello'] });
      expect(result.exitCode).to.equal(0);
      expect(result.stdout).to.contain('hello');
      await subject.driver.stop(web, stop);
      expect(await codeOf(subject.driver.exec(web, { command: ['echo', 'hello'] }))).to.equal('DRIVER_REFUSED');
    });

    it('gives back no more log lines than asked for, also after the end', async () => {
      const subject = await started();
      await subject.driver.stop(web, stop);
      expect((await subject.driver.logs(web, 1)).split('\n').length).to.be.at.most(2);
    });

    it('shows of a secret its fingerprint and of sign-in data nothing', async () => {
      const subject = await make();
      const secret = { $ays: { template: '{{secret "db"}}', whole: true, status: [], secrets: ['db'], print: 'f00d' } };
      const config = configOf(subject, { env: { PASSWORD: secret }, imageAuth: { user: 'shop', password: 'hunter2' } });
      await subject.driver.create(web, identity, config);
      const view = await present(subject);
      expect(view.config['env']).to.deep.equal({ PASSWORD: { $print: 'f00d' } });
      expect(JSON.stringify(view)).not.to.match(/hunter2|imageAuth/);
    });

    it('starts nothing for a call whose time is over', async () => {
      const subject = await make();
      await subject.driver.create(web, identity, configOf(subject));
      expect(await codeOf(subject.driver.start(web, undefined, AbortSignal.abort()))).to.equal('DRIVER_TIMEOUT');
      expect((await present(subject)).state).to.equal('created');
    });
  });
}
