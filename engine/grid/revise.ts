// A change that a person asks of what is applied already, beside its text: `set`, `start`, `rollback`, `rename`, `destroy`. The last
// revision is edited, planned like any other and written as the next one in a single transaction, so the plan, its refusals and its
// need of consent are the same as for an apply.

import { EngineError } from '../model/errors.ts';
import type { Registry } from '../model/registry.ts';
import type { DesiredState, GridState } from '../model/service.ts';
import { plan as planOf, type Plan } from '../plan/index.ts';
import type { Store } from '../store/port.ts';
import type { Author, BlueprintHead, Revision } from '../store/records.ts';
import { applyRevision, type Applied, type ApplyOrder, type GridClock } from './apply.ts';
import { desiredOf } from './desired.ts';
import { headOf, revisionAt } from './find.ts';
import { readGrid } from './state.ts';

export interface Ask {
  readonly registry: Registry;
  readonly author: Author;
  /** Destructive steps that the person agreed to by name. */
  readonly consents?: ApplyOrder['consents'];
  /** Hash of the plan that the person read; another one is refused. */
  readonly accepted?: string;
  /** Only plans. */
  readonly dryRun?: boolean;
}

export interface Revised {
  readonly blueprint: string;
  readonly plan: Plan;
  /** Absent: a dry run. */
  readonly applied?: Applied;
}

export interface Present {
  readonly desired: DesiredState;
  readonly revision: Revision;
  readonly head: BlueprintHead;
  readonly grid: GridState;
}

export interface Edited extends Pick<ApplyOrder, 'also' | 'pinned' | 'keepOverlays' | 'contents'> {
  readonly desired: DesiredState;
}

/** How often it is planned anew when somebody else was faster. */
const TRIES = 5;

export async function revise(
  store: Store,
  clock: GridClock,
  ask: Ask,
  what: { readonly blueprint: string; readonly cause: string },
  edit: (present: Present) => Edited | Promise<Edited>,
): Promise<Revised> {
  const { blueprint, cause } = what;
  for (let attempt = 1; ; attempt++) {
    const head = await headOf(store, blueprint);
    const revision = await revisionAt(store, blueprint, head.revision);
    const grid = await readGrid(store);
    const edited = await edit({ desired: desiredOf(revision), revision, head, grid });
    const plan = planOf(edited.desired, grid, ask.registry, { now: await store.now() });
    if (ask.dryRun === true) return { blueprint, plan };
    if (ask.accepted !== undefined && ask.accepted !== plan.hash) {
      throw new EngineError('PLAN_STALE', `the plan for ${blueprint} is another one than the one you accepted`, {
        hint: 'read the new plan',
        detail: { accepted: ask.accepted, plan: plan.hash },
      });
    }
    const consents = ask.consents ?? [];
    requireConsents(plan, consents);
    try {
      const applied = await applyRevision(store, clock, {
        contents: revision.contents,
        ...edited,
        plan,
        author: ask.author,
        cause,
        consents,
      });
      return { blueprint, plan, applied };
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'PLAN_STALE') || attempt >= TRIES) throw error;
    }
  }
}

/** Nobody who did not read it agrees to it. */
function requireConsents(plan: Plan, given: ApplyOrder['consents']): void {
  if (plan.refusals.length > 0) return;
  const missing = plan.consents.filter(({ key, op }) => !given.some((one) => one.key === key && one.op === op));
  if (missing.length === 0) return;
  throw new EngineError(
    'CONSENT_MISSING',
    `${missing.map(({ key, op, reason }) => `${key}: ${op} may lose data (${reason})`).join('; ')}`,
    {
      hint: 'read the plan, and agree to these steps by name',
      detail: { consents: missing.map(({ key, op, reason }) => ({ key, op, reason })) },
    },
  );
}
