// What a plan refuses, and why.

import { expect } from 'chai';
import { plan, type Plan } from '../../../engine/plan/index.ts';
import { grid, item, planned, registry, service, state, there, verbs } from './toys.ts';

const GiB = 1024 ** 3;

describe('plan: what is refused', () => {
  const code = (made: Plan): string[] => made.refusals.map((refusal) => refusal.code);

  it('refuses to replace what is protected', () => {
    const guarded = service('box/web', { spec: { image: 'b' }, common: { protect: true } });
    const before = service('box/web', { spec: { image: 'a' }, common: { protect: true } });
    const made = planned([guarded], { records: [before], seen: { 'box/web': there({ image: 'a' }) } });
    expect(code(made)).to.deep.equal(['PROTECTED']);
    expect(item(made, 'box/web').changes).to.have.length(1);
  });

  it('allows in-place changes of what is protected', () => {
    const guarded = service('box/web', { spec: { note: 'b' }, common: { protect: true } });
    const made = planned([guarded], { records: [guarded], seen: { 'box/web': there({ note: 'a' }) } });
    expect(item(made, 'box/web').verb).to.equal('update');
  });

  it('refuses to replace what holds data, never plans it', () => {
    const disk = service('disk/d', { spec: { format: 'xfs' } });
    const before = service('disk/d', { spec: { format: 'ext4' } });
    const made = planned([disk], { records: [before], seen: { 'disk/d': there({ format: 'ext4' }) } });
    expect(code(made)).to.deep.equal(['DATA_REPLACE']);
    expect(made.refusals[0]?.message).to.equal('disk/d holds data, and format: ext4 → xfs would need a new, empty one');
    expect(item(made, 'disk/d').steps).to.deep.equal([]);
  });

  it('refuses a field that cannot change and a size that shrinks, with units', () => {
    const disk = service('disk/d', { spec: { size: GiB } });
    const before = service('disk/d', { spec: { size: 2 * GiB } });
    const made = planned([disk], { records: [before], seen: { 'disk/d': there({ size: 2 * GiB }) } });
    expect(code(made)).to.deep.equal(['CHANGE_REFUSED']);
    expect(made.refusals[0]?.message).to.equal('disk/d: size: 2GiB → 1GiB: it can only grow');
    const block = service('disk/d', { spec: { block: 512 } });
    expect(
      code(planned([block], { records: [service('disk/d', { spec: { block: 4096 } })], seen: { 'disk/d': there() } })),
    ).to.deep.equal(['CHANGE_REFUSED']);
  });

  it('stops only the service itself when nobody asked for the change: a hand made it', () => {
    const disk = service('disk/d', { spec: { format: 'xfs' } });
    const made = planned([disk, service('kid/k')], { records: [disk], seen: { 'disk/d': there({ format: 'ext4' }) } });
    expect(made.refusals).to.deep.equal([]);
    expect(item(made, 'disk/d').blocked).to.include({ code: 'DATA_REPLACE' });
    expect(verbs(made)).to.include({ 'kid/k': 'create' });
  });

  it('refuses another actor for the same key', () => {
    const before = service('kid/k');
    const made = planned([service('kid/k', { actor: 'kid.big' })], { records: [before], seen: { 'kid/k': there() } });
    expect(code(made)).to.deep.equal(['KIND_CHANGE']);
  });

  it("lets an actor's own refusals stop the service, and the plan only when the blueprint asked for it", () => {
    const actor = {
      ...registry.actor('disk')!,
      refusals: () => [{ field: 'devices', have: 1, want: 2, text: 'devices: one is missing' }],
    };
    const moody = { actor: () => actor, follow: (field: unknown) => field } as never;
    const disk = service('disk/d', { spec: { size: GiB } });
    const world = { records: [disk], seen: { 'disk/d': there(disk.spec) } };
    const same = plan(state([disk]), grid(world), moody);
    expect(same.refusals).to.deep.equal([]);
    expect(item(same, 'disk/d').blocked?.message).to.equal('disk/d: devices: one is missing');
    const changed = plan(state([service('disk/d', { spec: { size: 2 * GiB } })]), grid(world), moody);
    expect(code(changed)).to.deep.equal(['CHANGE_REFUSED']);
  });
});
