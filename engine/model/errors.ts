// Every failure the engine can name. One row here is one heading in docs/errors.md (a test proves both
// directions). The disposition says what the loop does about it; there are four answers and no more:
//   retry  back off and try again; ends the moment the cause clears
//   wait   another service is not there yet; no counter
//   park   a person is needed
//   bug    ours; park with the stack
// A wrong blueprint is a *diagnostic* (see diagnostic.ts): the same codes, with a place in a file.

export type Disposition = 'retry' | 'wait' | 'park' | 'bug';

interface Row {
  readonly disposition: Disposition;
  /** Exit code of the command line. */
  readonly exit: number;
  readonly http: number;
}

const invalid = { disposition: 'park', exit: 2, http: 422 } as const;

export const CATALOGUE = {
  // Reading files
  FILE_NOT_FOUND: invalid,
  FILE_UNREADABLE: invalid,
  FILE_UNWRITABLE: invalid,
  FILE_TOO_LARGE: invalid,
  FILE_NOT_UTF8: invalid,
  FILE_HAS_NUL: invalid,
  BLUEPRINT_EMPTY: invalid,
  // YAML
  YAML_SYNTAX: invalid,
  YAML_TAB: invalid,
  YAML_DUPLICATE_KEY: invalid,
  YAML_KEY_NOT_TEXT: invalid,
  YAML_TOO_DEEP: invalid,
  YAML_ALIAS_UNKNOWN: invalid,
  YAML_ALIAS_LIMIT: invalid,
  YAML_TAG_UNKNOWN: invalid,
  // The shape of a blueprint
  LANGUAGE_VERSION: invalid,
  TOP_LEVEL_UNKNOWN: invalid,
  NAME_INVALID: invalid,
  NAME_TOO_LONG: invalid,
  KIND_UNKNOWN: invalid,
  DUPLICATE_SERVICE: invalid,
  TOO_MANY_SERVICES: invalid,
  BLUEPRINT_NAME: invalid,
  // Fields
  FIELD_UNKNOWN: invalid,
  FIELD_TWICE: invalid,
  FIELD_MISSING: invalid,
  FIELD_TYPE: invalid,
  FIELD_VALUE: invalid,
  FIELD_RANGE: invalid,
  FIELD_NULL: invalid,
  FIELD_CONTRADICTION: invalid,
  UNIT_MISSING: invalid,
  UNIT_INVALID: invalid,
  VALUE_TOO_LONG: invalid,
  // Templates and params
  TEMPLATE_SYNTAX: invalid,
  TEMPLATE_UNQUOTED: invalid,
  TEMPLATE_UNKNOWN_NAME: invalid,
  TEMPLATE_HELPER: invalid,
  TEMPLATE_TYPE: invalid,
  TEMPLATE_NOT_ALLOWED: invalid,
  TEMPLATE_TOO_LARGE: invalid,
  PARAM_INVALID: invalid,
  PARAM_UNKNOWN: invalid,
  PARAM_MISSING: invalid,
  PARAM_OMITTED: invalid,
  WHEN_INVALID: invalid,
  EACH_INVALID: invalid,
  // Links and references
  LINK_UNKNOWN: invalid,
  LINK_KIND: invalid,
  LINK_MISSING: invalid,
  LINK_TOO_MANY: invalid,
  LINK_AMBIGUOUS: invalid,
  CYCLE: invalid,
  STATUS_UNKNOWN: invalid,
  STATUS_NOT_OUTPUT: invalid,
  SECRET_UNKNOWN: invalid,
  SECRET_FORBIDDEN: invalid,
  SECRET_LITERAL: invalid,
  SECRET_INVALID: invalid,
  // Content, packages, replicas, actions
  CONTENT_OUTSIDE: invalid,
  CONTENT_MISSING: invalid,
  CONTENT_TOO_LARGE: invalid,
  PACKAGE_UNKNOWN: invalid,
  PACKAGE_VERSION: invalid,
  PACKAGE_CYCLE: invalid,
  REPLICAS_INVALID: invalid,
  PORT_CONFLICT: invalid,
  WAS_INVALID: invalid,
  ACTION_UNKNOWN: invalid,
  ACTION_TARGET: invalid,
  ACTION_INVALID: invalid,
  EVENTFILTER_INVALID: invalid,
  DECLARED_AND_REMOVED: invalid,
  OWNED_ELSEWHERE: invalid,
  // Observed state handed to the planner
  OBSERVED_INVALID: invalid,
  // Plan
  PROTECTED: { disposition: 'park', exit: 2, http: 409 },
  CONSUMER_MINIMUM: { disposition: 'park', exit: 2, http: 409 },
  KIND_CHANGE: { disposition: 'park', exit: 2, http: 409 },
  DATA_REPLACE: { disposition: 'park', exit: 2, http: 409 },
  CHANGE_REFUSED: { disposition: 'park', exit: 2, http: 409 },
  PLAN_STALE: { disposition: 'park', exit: 2, http: 409 },
  PINNED: { disposition: 'park', exit: 2, http: 409 },
  CONSENT_MISSING: { disposition: 'park', exit: 4, http: 409 },
  // The loop
  UNOWNED: { disposition: 'park', exit: 4, http: 409 },
  DEPENDENCY_UNREADY: { disposition: 'wait', exit: 0, http: 409 },
  RETRIES_EXHAUSTED: { disposition: 'park', exit: 4, http: 409 },
  QUARANTINED: { disposition: 'park', exit: 4, http: 409 },
  DRIVER_UNREACHABLE: { disposition: 'retry', exit: 5, http: 503 },
  DRIVER_TIMEOUT: { disposition: 'retry', exit: 5, http: 504 },
  DRIVER_FAILED: { disposition: 'retry', exit: 5, http: 502 },
  DRIVER_REFUSED: { disposition: 'park', exit: 4, http: 502 },
  NO_CAPACITY: { disposition: 'wait', exit: 4, http: 409 },
  NOT_CONVERGED: { disposition: 'park', exit: 4, http: 409 },
  // Runs and events
  RUN_UNKNOWN: { disposition: 'park', exit: 2, http: 404 },
  RUN_CONFLICT: { disposition: 'park', exit: 2, http: 409 },
  RUN_TOO_LARGE: { disposition: 'park', exit: 2, http: 422 },
  JOB_INTERRUPTED: { disposition: 'park', exit: 4, http: 500 },
  EVENT_INVALID: { disposition: 'park', exit: 2, http: 422 },
  EVENT_TOO_LARGE: { disposition: 'park', exit: 2, http: 413 },
  EVENT_REFUSED: { disposition: 'park', exit: 2, http: 401 },
  // Secrets and tokens
  SECRETS_LOCKED: { disposition: 'park', exit: 4, http: 503 },
  SECRET_DAMAGED: { disposition: 'park', exit: 4, http: 500 },
  SECRET_CONTENDED: { disposition: 'retry', exit: 5, http: 409 },
  TOKEN_INVALID: { disposition: 'park', exit: 2, http: 422 },
  TOKEN_UNKNOWN: { disposition: 'park', exit: 2, http: 404 },
  TOKEN_REFUSED: { disposition: 'park', exit: 4, http: 401 },
  TOKEN_SCOPE: { disposition: 'park', exit: 4, http: 403 },
  // The store
  STORE_UNREACHABLE: { disposition: 'retry', exit: 5, http: 503 },
  STORE_FULL: { disposition: 'retry', exit: 5, http: 507 },
  STORE_FAILED: { disposition: 'retry', exit: 5, http: 503 },
  STORE_TOO_LARGE: { disposition: 'park', exit: 2, http: 413 },
  STORE_REFUSED: { disposition: 'park', exit: 5, http: 503 },
  STORE_LOCKED: { disposition: 'park', exit: 5, http: 409 },
  STORE_CORRUPT: { disposition: 'park', exit: 5, http: 500 },
  STORE_FORMAT: { disposition: 'park', exit: 5, http: 409 },
  // The store
  STORE_CONFLICT: { disposition: 'retry', exit: 5, http: 409 },
  // The command line and the program itself
  USAGE: { disposition: 'park', exit: 2, http: 400 },
  KEY_UNKNOWN: { disposition: 'park', exit: 2, http: 404 },
  FILE_EXISTS: { disposition: 'park', exit: 2, http: 409 },
  ACTOR_INVALID: { disposition: 'bug', exit: 70, http: 500 },
  INTERNAL: { disposition: 'bug', exit: 70, http: 500 },
} as const satisfies Record<string, Row>;

export type ErrorCode = keyof typeof CATALOGUE;

export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: ErrorCode;
  /** The next move, as a sentence. */
  readonly hint: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    more: { readonly hint?: string; readonly detail?: Record<string, unknown>; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.hint = more.hint;
    this.detail = more.detail ?? {};
  }

  get disposition(): Disposition {
    return CATALOGUE[this.code].disposition;
  }

  get exit(): number {
    return CATALOGUE[this.code].exit;
  }

  /** The one wire form: job failure, API body and `--json` are all this. */
  toJSON(): { code: ErrorCode; message: string; hint?: string; detail?: Readonly<Record<string, unknown>> } {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(Object.keys(this.detail).length === 0 ? {} : { detail: this.detail }),
    };
  }
}

/** Anything that is not ours is a bug until a driver has translated it. */
export function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}
