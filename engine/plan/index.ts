// The planner's front door: everything else in this folder is its own affair.

export { plan, Planner, type Change } from './planner.ts';
export { printPlan, type PrintOptions } from './print.ts';
export { planToJson } from './json.ts';
export type {
  BlastRadius,
  Consent,
  FieldChange,
  Fill,
  KeyList,
  Plan,
  PlanItem,
  PlanOptions,
  PlanStep,
  PlanSummary,
  PlanVerb,
  Refusal,
  UnknownThing,
} from './shape.ts';
