// The door of the lifecycle: compile it for a kind, then move snapshots through it.

export { compileLifecycle, MACHINE_VERSION, STATES } from './lifecycle.ts';
export type { Lifecycle, LifecycleSnapshot, LifecycleState, Moment, Turn } from './lifecycle.ts';
export type { Description, DescribedTransition } from './describe.ts';
export type {
  Decision,
  LifecycleContext,
  LifecycleEffect,
  LifecycleEvent,
  LifecycleInput,
  PassReport,
  StepReport,
  Wish,
} from './words.ts';
