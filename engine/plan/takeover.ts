// The claims of all services, kept up to date: who takes the place of a key, and who claims one in vain.
// Two claimants of one key are both refused; choosing one of them would be a guess.

import type { ServiceKey } from '../model/key.ts';
import { baseOf, claimOf, type Claim } from './rename.ts';
import type { DesiredService } from '../model/service.ts';
import type { Refusal } from './shape.ts';
import type { View } from './view.ts';

export class Takeovers {
  readonly #view: View;
  readonly #claims = new Map<ServiceKey, Claim>();
  readonly #refused = new Map<ServiceKey, Refusal>();
  readonly #takers = new Map<ServiceKey, Set<ServiceKey>>();
  /** Who says `was: KEY`, whether or not that leads anywhere. */
  readonly #saysWas = new Map<ServiceKey, Set<ServiceKey>>();

  constructor(view: View) {
    this.#view = view;
  }

  add(service: DesiredService): void {
    const was = service.common.was;
    if (was !== undefined) put(this.#saysWas, was, service.key);
    this.#claim(service);
  }

  /** Before the desired side of a key changes. */
  remove(service: DesiredService): void {
    const was = service.common.was;
    if (was !== undefined) this.#saysWas.get(was)?.delete(service.key);
    this.#drop(service.key);
  }

  /** What a key takes over, if its claim stands. */
  claim(key: ServiceKey): Claim | undefined {
    const claim = this.#claims.get(key);
    return claim !== undefined && this.takerOf(claim.from) === key ? claim : undefined;
  }

  refusal(key: ServiceKey): Refusal | undefined {
    const refused = this.#refused.get(key);
    if (refused !== undefined) return refused;
    const claim = this.#claims.get(key);
    if (claim?.via !== 'was') return undefined;
    const others = this.#explicit(claim.from).filter((other) => other !== key);
    if (others.length === 0) return undefined;
    const message = `${key}: "was" names ${claim.from}, and so does ${others.join(', ')}`;
    return { code: 'WAS_INVALID', key, message, hint: 'one thing can take one new name; remove the other "was"' };
  }

  /** The one service that takes the place of a key; undefined also when several ask. */
  takerOf(from: ServiceKey): ServiceKey | undefined {
    const takers = this.#takers.get(from);
    if (takers === undefined || takers.size === 0) return undefined;
    const explicit = this.#explicit(from);
    if (explicit.length > 0) return explicit.length === 1 ? explicit[0] : undefined;
    const [first] = [...takers].sort();
    return first;
  }

  /** Asked for by somebody, even if in vain: such a key is not removed under the claimants' feet. */
  contested(from: ServiceKey): boolean {
    return (this.#takers.get(from)?.size ?? 0) > 0;
  }

  /** All keys whose part in the plan a change of `key` may touch. Asked before the change and after it. */
  related(key: ServiceKey): ReadonlySet<ServiceKey> {
    const touched = new Set<ServiceKey>([key]);
    for (const asker of this.#askers(key)) this.#touch(asker, touched);
    return touched;
  }

  /** Asks again who claims what, after a change of `key`. */
  refresh(key: ServiceKey): void {
    for (const asker of this.#askers(key)) {
      this.#drop(asker);
      const service = this.#view.desired(asker);
      if (service !== undefined) this.#claim(service);
    }
  }

  #touch(asker: ServiceKey, touched: Set<ServiceKey>): void {
    touched.add(asker);
    const from = this.#claims.get(asker)?.from;
    if (from === undefined) return;
    touched.add(from);
    for (const other of this.#takers.get(from) ?? []) touched.add(other);
  }

  /** Whose claim looks at this key. */
  #askers(key: ServiceKey): Set<ServiceKey> {
    const askers = new Set<ServiceKey>([key, `${key}.1`]);
    const base = baseOf(key);
    if (base !== undefined) askers.add(base);
    for (const from of base === undefined ? [key] : [key, base])
      for (const asker of this.#saysWas.get(from) ?? []) askers.add(asker);
    return askers;
  }

  #claim(service: DesiredService): void {
    const claimed = claimOf(service, this.#view);
    if (claimed === undefined) return;
    if (claimed.kind === 'refused') this.#refused.set(service.key, claimed.refusal);
    else {
      this.#claims.set(service.key, claimed.claim);
      put(this.#takers, claimed.claim.from, service.key);
    }
  }

  #drop(key: ServiceKey): void {
    const claim = this.#claims.get(key);
    if (claim !== undefined) this.#takers.get(claim.from)?.delete(key);
    this.#claims.delete(key);
    this.#refused.delete(key);
  }

  #explicit(from: ServiceKey): readonly ServiceKey[] {
    const takers = [...(this.#takers.get(from) ?? [])];
    return takers.filter((taker) => this.#claims.get(taker)?.via === 'was').sort();
  }
}

function put(index: Map<ServiceKey, Set<ServiceKey>>, key: ServiceKey, member: ServiceKey): void {
  const members = index.get(key);
  if (members === undefined) index.set(key, new Set([member]));
  else members.add(member);
}
