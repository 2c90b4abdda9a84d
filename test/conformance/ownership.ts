// What every port promises about whose a thing is, whatever it is a thing of: what we made is ours and only ours,
// making and removing may be repeated, a stranger is seen and left alone until it is adopted.

import { expect } from 'chai';
import type { ServiceKey } from '../../engine/model/key.ts';
import { serviceKey } from '../../engine/model/key.ts';

export interface Identity {
  readonly uid: string;
  readonly hash: string;
}

interface View {
  readonly presence: 'absent' | 'present' | 'foreign';
  readonly foreign?: { readonly id: string; readonly label?: string };
}

/** One world with one driver in it, seen through what all ports have. */
export interface Owned {
  inspect(key: ServiceKey): Promise<View>;
  create(key: ServiceKey, identity: Identity): Promise<void>;
  remove(key: ServiceKey): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
  /** Something stands there that no engine made; gives its native id. */
  putForeign(key: ServiceKey): Promise<string> | string;
  /** Something stands there that the engine of another grid made. */
  putOfAnotherGrid(key: ServiceKey): Promise<string> | string;
}

export const identity: Identity = { uid: 'uid-1', hash: 'hash-1' };

export function ownership(kind: string, make: () => Owned | Promise<Owned>): void {
  const key = serviceKey(kind, 'one');
  const other = serviceKey(kind, 'two');

  it('sees what is not there as absent', async () => {
    expect(await (await make()).inspect(key)).to.deep.equal({ presence: 'absent' });
  });

  it('makes a thing once, however often it is asked', async () => {
    const owned = await make();
    await owned.create(key, identity);
    const once = await owned.inspect(key);
    await owned.create(key, identity);
    expect(once.presence).to.equal('present');
    expect(await owned.inspect(key)).to.deep.equal(once);
  });

  it('removes a thing, and takes the removal of the absent for success', async () => {
    const owned = await make();
    await owned.create(key, identity);
    await owned.remove(key);
    expect((await owned.inspect(key)).presence).to.equal('absent');
    await owned.remove(key);
    expect((await owned.inspect(key)).presence).to.equal('absent');
  });

  it('reports a stranger by its native id, refuses to make a thing in its place and never removes it', async () => {
    const owned = await make();
    const id = await owned.putForeign(key);
    expect(await owned.inspect(key)).to.deep.equal({ presence: 'foreign', foreign: { id } });
    expect(await codeOf(owned.create(key, identity))).to.equal('UNOWNED');
    await owned.remove(key);
    expect((await owned.inspect(key)).presence).to.equal('foreign');
  });

  it('takes the label of another grid for a stranger and says whose it is', async () => {
    const owned = await make();
    await owned.putOfAnotherGrid(key);
    const view = await owned.inspect(key);
    expect(view.presence).to.equal('foreign');
    expect(view.foreign?.label).to.contain(key);
    expect(await codeOf(owned.create(key, identity))).to.equal('UNOWNED');
  });

  it('adopts a stranger by its id, and then it is ours', async () => {
    const owned = await make();
    const id = await owned.putForeign(key);
    for (let i = 0; i < 2; i++) await owned.adopt(key, id, identity);
    expect((await owned.inspect(key)).presence).to.equal('present');
    expect(await codeOf(owned.adopt(other, 'no-such-id', identity))).to.equal('DRIVER_REFUSED');
  });

  it('gives a thing another key in place, however often it is asked', async () => {
    const owned = await make();
    await owned.create(key, identity);
    const before = await owned.inspect(key);
    for (let i = 0; i < 2; i++) await owned.rekey(key, other, identity);
    expect((await owned.inspect(key)).presence).to.equal('absent');
    expect(await owned.inspect(other)).to.deep.equal(before);
  });

  it('does not put a thing in the place of another', async () => {
    const owned = await make();
    await owned.create(key, identity);
    await owned.create(other, { ...identity, uid: 'uid-2' });
    expect(await codeOf(owned.rekey(key, other, identity))).to.equal('DRIVER_REFUSED');
    expect((await owned.inspect(key)).presence).to.equal('present');
  });

  it('keeps its own labels out of what it reports', async () => {
    const owned = await make();
    await owned.create(key, { uid: 'uid-not-shown', hash: 'hash-not-shown' });
    expect(JSON.stringify(await owned.inspect(key))).not.to.match(/uid-not-shown|hash-not-shown/);
  });
}

/** The code a call was refused with; the call must fail. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
  return 'it was not refused';
}
