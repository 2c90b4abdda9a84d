// What the engine chose where an author left a link out, as notes of a plan: nobody should have to find it out later (rule 4).

import { nameOf } from '../model/key.ts';
import type { ServiceLink } from '../model/service.ts';

const CHOSEN = {
  implicit: 'chosen: nothing else in this blueprint would fit',
  auto: 'chosen: made for it',
  stored: 'kept, as chosen before',
} as const satisfies Record<NonNullable<ServiceLink['chosen']>, string>;

export function choiceNotes(links: readonly ServiceLink[], tells: (field: string) => boolean): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { chosen, argument, to } of links) {
    if (chosen === undefined || !tells(argument)) continue;
    const how = `${argument}|${chosen}`;
    names.set(how, [...(names.get(how) ?? []), nameOf(to)]);
  }
  return [...names].map(([how, list]) => {
    const [argument = '', chosen = ''] = how.split('|');
    return `${argument}: ${list.join(', ')} (${CHOSEN[chosen as keyof typeof CHOSEN]})`; // the key was put together above
  });
}
