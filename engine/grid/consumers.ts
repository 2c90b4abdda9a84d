// Who in the whole grid links to given services, whatever their blueprints: asked before something is taken away under them.

import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Store } from '../store/port.ts';
import type { StoredService } from '../store/records.ts';
import { everyDocument } from './state.ts';

export interface Consumption {
  readonly consumer: StoredService;
  readonly producer: ServiceKey;
  readonly argument: string;
}

/** Links from outside the set, one for each consumer. */
export async function linksInto(store: Store, keys: ReadonlySet<ServiceKey>): Promise<readonly Consumption[]> {
  const found: Consumption[] = [];
  if (keys.size === 0) return found;
  for await (const { value: consumer } of everyDocument<StoredService>(store, 'service')) {
    if (keys.has(consumer.key)) continue;
    const link = consumer.links.find(({ to }) => keys.has(to));
    if (link !== undefined) found.push({ consumer, producer: link.to, argument: link.argument });
  }
  return found;
}

export function refuseLinked(found: readonly Consumption[], verb: string): void {
  const [first] = found;
  if (first === undefined) return;
  const { consumer, producer, argument } = first;
  const more = found.length === 1 ? '' : ` and ${found.length - 1} more`;
  throw new EngineError(
    'CONSUMER_MINIMUM',
    `${producer} is used by ${consumer.key} ("${argument}", blueprint ${consumer.blueprint})${more}`,
    {
      hint: `change "${argument}" (${consumer.origin.file}:${consumer.origin.line}) and apply, or ${verb} ${consumer.key} first`,
      detail: { consumers: found.map((one) => one.consumer.key) },
    },
  );
}
