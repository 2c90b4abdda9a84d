// The actors an engine was given, by kind. The engine knows no kind by name: everything it must know of one stands in
// its definition and schema.

import { nearest } from './nearest.ts';
import type { AnyActor, ActorDefinition, Status } from './actor.ts';
import { EngineError } from './errors.ts';
import { roleOf } from './key.ts';
import type { FieldSchema, KindSchema } from './schema.ts';

export class Registry {
  readonly #actors = new Map<string, AnyActor>();
  readonly #shared: Readonly<Record<string, FieldSchema>>;

  /** `shared` are schemas that kinds refer to by `$ref`, by their `$id`. */
  constructor(actors: readonly AnyActor[], shared: Readonly<Record<string, FieldSchema>> = {}) {
    this.#shared = shared;
    for (const actor of actors) {
      if (this.#actors.has(actor.kind))
        throw new EngineError('ACTOR_INVALID', `two actors define the kind "${actor.kind}"`);
      this.#actors.set(actor.kind, actor);
    }
  }

  actor(kind: string): AnyActor | undefined {
    return this.#actors.get(kind);
  }

  /** In name order. */
  kinds(): readonly string[] {
    return [...this.#actors.keys()].sort();
  }

  roles(): readonly string[] {
    return [...new Set(this.kinds().map(roleOf))];
  }

  hasRole(role: string): boolean {
    return this.#actors.has(role) || this.kinds().some((kind) => roleOf(kind) === role);
  }

  nearestKind(kind: string): string | undefined {
    return nearest(kind, this.kinds());
  }

  /**
   * Follows a `$ref`: `common.schema.json#/$defs/probe`, or `#/$defs/nic` in the kind's own file; members beside it win.
   * Shared files name themselves in their refs, so that a `#` always means the kind.
   */
  follow(field: FieldSchema, home: KindSchema): FieldSchema {
    let current = field;
    for (let hops = 0; current.$ref !== undefined; hops++) {
      if (hops > 20) throw new EngineError('ACTOR_INVALID', `${home.$id}: "$ref" ${current.$ref} goes in a circle`);
      const { $ref, ...beside } = current;
      const [file = '', pointer = ''] = $ref.split('#');
      const root: FieldSchema | undefined = file === '' || file === home.$id ? home : this.#shared[file];
      let target: unknown = root;
      for (const part of pointer.split('/').slice(1)) target = (target as Record<string, unknown> | undefined)?.[part];
      if (target === undefined) throw new EngineError('ACTOR_INVALID', `${home.$id}: "$ref" ${$ref} leads nowhere`);
      current = { ...(target as FieldSchema), ...beside };
    }
    return current;
  }

  shared(): Readonly<Record<string, FieldSchema>> {
    return this.#shared;
  }
}

/** Forgets an actor's types so that it can stand in a registry. The engine pairs it again with its own driver and spec. */
export function anyActor<Spec, S extends Status, Driver, Ops extends Record<string, unknown>>(
  actor: ActorDefinition<Spec, S, Driver, Ops>,
): AnyActor {
  return actor as unknown as AnyActor;
}
