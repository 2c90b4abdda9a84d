// Actions, runs, jobs, recurring and events in: what the runtime and the API use of this folder.

export { cronNext } from './cron-next.ts';
export type { EventAnswer } from './event-gate.ts';
export type { IncomingEvent } from './events.ts';
export type { RunService, RunServices } from './graph-order.ts';
export type { JobFilter, RunFilter, RunPage } from './history.ts';
export type { JobLog, LogLine } from './job-log.ts';
export { planRun, wavesOf, type RequestedAction, type RunRequest, type RunView, type Selection } from './plan-run.ts';
export { RUN_OPTIONS, type Call, type JobContext, type JobOrder, type RunOptions, type RunPorts } from './ports.ts';
export { parseRetries } from './retries.ts';
export { RunEngine, type JobLogPage } from './run-engine.ts';
export { runView } from './run-view.ts';
export {
  schedulesOfActor,
  schedulesOfBlocks,
  type Recurrence,
  type Schedule,
  type WantedSchedule,
} from './schedules.ts';
export {
  isFinal,
  RETRY_LADDER,
  RUN_STATES,
  type Job,
  type JobState,
  type Run,
  type RunCause,
  type RunHead,
  type RunState,
} from './shape.ts';
export { sign, SIGNATURE_HEADER, TIMESTAMP_HEADER, verify, type Proof } from './signature.ts';
