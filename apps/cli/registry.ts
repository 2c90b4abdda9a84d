// The kinds that this program knows: every actor there is, and the schemas they share.

import { actors, sharedSchemas } from '../../actors/index.ts';
import { Registry } from '../../engine/model/registry.ts';

export function loadRegistry(): Registry {
  return new Registry(actors, sharedSchemas);
}
