// Who lives, and who holds which key. Liveness is never kept on disk: after a restart of the store nobody lives until he says
// so, and every claim from before is void. A replaced incarnation does not come back, however late its message.

import type { Claim } from '../port.ts';
import { compareText } from '../../model/json.ts';
import type { ServiceKey } from '../../model/key.ts';

const REMEMBERED = 1000;

export class Leases {
  readonly #lives = new Map<string, { readonly incarnation: string; readonly until: number }>();
  readonly #robotOf = new Map<string, string>();
  readonly #replaced = new Set<string>();
  readonly #claims = new Map<ServiceKey, Claim>();

  /** `time` never runs backwards; `until` and `time` are of the same clock. */
  beat(robot: string, incarnation: string, until: number): boolean {
    if (this.#replaced.has(incarnation)) return false;
    const before = this.#lives.get(robot);
    if (before !== undefined && before.incarnation !== incarnation) {
      this.#replaced.add(before.incarnation);
      this.#robotOf.delete(before.incarnation);
      if (this.#replaced.size > REMEMBERED) {
        for (const oldest of this.#replaced) {
          this.#replaced.delete(oldest);
          break;
        }
      }
    }
    this.#lives.set(robot, { incarnation, until });
    this.#robotOf.set(incarnation, robot);
    return true;
  }

  lives(incarnation: string, time: number): boolean {
    const robot = this.#robotOf.get(incarnation);
    const life = robot === undefined ? undefined : this.#lives.get(robot);
    return life !== undefined && life.incarnation === incarnation && life.until > time;
  }

  alive(time: number): readonly string[] {
    const living: string[] = [];
    for (const { incarnation, until } of this.#lives.values()) if (until > time) living.push(incarnation);
    return living.sort(compareText);
  }

  /** The living robot that holds a key. */
  holder(key: ServiceKey, time: number): string | undefined {
    const claim = this.#claims.get(key);
    return claim !== undefined && this.lives(claim.robot, time) ? claim.robot : undefined;
  }

  take(claim: Claim): void {
    this.#claims.set(claim.key, claim);
  }

  holds(claim: Claim, time: number): boolean {
    return this.#isCurrent(claim) && this.lives(claim.robot, time);
  }

  release(claim: Claim): void {
    if (this.#isCurrent(claim)) this.#claims.delete(claim.key);
  }

  #isCurrent(claim: Claim): boolean {
    const held = this.#claims.get(claim.key);
    return (
      held !== undefined &&
      held.robot === claim.robot &&
      held.token.epoch === claim.token.epoch &&
      held.token.n === claim.token.n
    );
  }
}
