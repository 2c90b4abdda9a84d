// Events in: which filters an event reaches. A filter that names a secret only counts for who has proved it; an event that nobody
// asked for is recorded and ignored. What an event carries is data about it, never arguments: a stranger's words do not
// become a command.

import { EngineError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { DesiredEventFilter } from '../model/service.ts';
import { havingAction, type RequestedAction, type RunView } from './plan-run.ts';
import { LIMITS } from './shape.ts';

export interface IncomingEvent {
  readonly channel: string;
  readonly command: string;
  readonly payload?: JsonValue;
}

export interface OwnedFilter {
  readonly blueprint: string;
  readonly filter: DesiredEventFilter;
}

export function checkEvent({ channel, command, payload = null }: IncomingEvent): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(channel) || channel === 'all')
    throw new EngineError(
      'EVENT_INVALID',
      `an event comes in by a channel such as webhook or api, not "${clip(channel)}"`,
    );
  if (command.length === 0 || command.length > 128)
    throw new EngineError(
      'EVENT_INVALID',
      `the command of an event is 1 to 128 characters, this has ${command.length}`,
    );
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  if (bytes > LIMITS.payloadBytes) {
    throw new EngineError(
      'EVENT_TOO_LARGE',
      `the event carries ${bytes} bytes; at most ${LIMITS.payloadBytes} are taken`,
      {
        hint: 'send where it can be found, not the thing itself',
      },
    );
  }
}

export function matching(event: IncomingEvent, filters: readonly OwnedFilter[]): readonly OwnedFilter[] {
  return filters.filter(
    ({ filter }) => (filter.channel === 'all' || filter.channel === event.channel) && filter.command === event.command,
  );
}

/** Each action on those targets that have it. */
export function requestOfFilter({ actions, targets }: DesiredEventFilter, view: RunView): readonly RequestedAction[] {
  return actions.flatMap((action) => {
    const keys = havingAction(targets, action, view);
    return keys.length === 0 ? [] : [{ action, on: { keys } }];
  });
}

function clip(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
