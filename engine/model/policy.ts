// How patient and how insistent the engine is with a service: data that an actor sets, a blueprint's `heal` overrides
// in part, and the lifecycle machine is compiled from.

import type { HealPolicy } from './service.ts';

/** What repair may try, in this order; after the last rung the service is parked. */
export type Rung = 'restart' | 'recreate' | 'move';

export interface Policy {
  /** Longest time one observation may take. */
  readonly observeMs: number;
  /** Longest time one step may take, unless the step says otherwise. */
  readonly stepMs: number;
  /** Longest wait for a producer before the wait itself is reported. The service goes on waiting. */
  readonly waitMs: number;
  readonly backoff: { readonly baseMs: number; readonly factor: number; readonly capMs: number };
  /** How often a converged service is looked at without cause. */
  readonly resyncMs: number;
  readonly ladder: readonly Rung[];
  readonly heal: HealPolicy;
}

export type PolicyOverrides = Partial<Omit<Policy, 'heal' | 'backoff'>> & {
  readonly heal?: Partial<HealPolicy>;
  readonly backoff?: Partial<Policy['backoff']>;
};

export const DEFAULT_POLICY: Policy = {
  observeMs: 10_000,
  stepMs: 60_000,
  waitMs: 300_000,
  backoff: { baseMs: 200, factor: 2, capMs: 60_000 },
  resyncMs: 30_000,
  ladder: ['restart', 'recreate', 'move'],
  heal: { mode: 'auto', attempts: 8, windowMs: 600_000, cooldownMs: 60_000 },
};

export function policyOf(overrides: PolicyOverrides | undefined, heal: Partial<HealPolicy> = {}): Policy {
  return {
    ...DEFAULT_POLICY,
    ...overrides,
    backoff: { ...DEFAULT_POLICY.backoff, ...overrides?.backoff },
    heal: { ...DEFAULT_POLICY.heal, ...overrides?.heal, ...heal },
  };
}

/** A deadline of zero or infinity would make a state that nothing leaves. */
export function checkPolicy(overrides: PolicyOverrides | undefined): string | undefined {
  const policy = policyOf(overrides);
  const deadlines = {
    observeMs: policy.observeMs,
    stepMs: policy.stepMs,
    waitMs: policy.waitMs,
    resyncMs: policy.resyncMs,
    'backoff.baseMs': policy.backoff.baseMs,
    'backoff.capMs': policy.backoff.capMs,
    'heal.windowMs': policy.heal.windowMs,
    'heal.cooldownMs': policy.heal.cooldownMs,
  };
  for (const [name, ms] of Object.entries(deadlines)) {
    if (!Number.isFinite(ms) || ms <= 0)
      return `policy.${name} is ${ms}; a deadline is a positive number of milliseconds`;
  }
  if (policy.backoff.factor < 1) return `policy.backoff.factor is ${policy.backoff.factor}; below 1 it would speed up`;
  return undefined;
}
