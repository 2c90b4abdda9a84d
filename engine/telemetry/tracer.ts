// Spans: what took how long, inside what. The port is small, and the one that does nothing costs nothing, so that a pass is written
// the same with and without traces. A span crosses processes as the W3C header `traceparent`.

export type SpanValue = string | number | boolean;

export interface SpanContext {
  /** 32 hexadecimal digits. */
  readonly trace: string;
  /** 16 hexadecimal digits. */
  readonly span: string;
  readonly sampled: boolean;
}

export interface Span {
  readonly context: SpanContext;
  set(name: string, value: SpanValue): void;
  /** Once; later ones do nothing. With an error, it failed. */
  end(error?: unknown): void;
}

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface Tracer {
  start(
    name: string,
    more?: {
      readonly parent?: SpanContext | undefined;
      readonly kind?: SpanKind;
      readonly values?: Readonly<Record<string, SpanValue>>;
    },
  ): Span;
}

const NOTHING: Span = {
  context: { trace: '0'.repeat(32), span: '0'.repeat(16), sampled: false },
  set: () => undefined,
  end: () => undefined,
};

export const noTracer: Tracer = { start: () => NOTHING };

/** The work inside a span; what it throws is thrown on. */
export async function traced<Result>(
  tracer: Tracer,
  name: string,
  more: NonNullable<Parameters<Tracer['start']>[1]>,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const span = tracer.start(name, more);
  try {
    const result = await work(span);
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}

export function traceparent({ trace, span, sampled }: SpanContext): string {
  return `00-${trace}-${span}-${sampled ? '01' : '00'}`;
}

/** Undefined when it is none; a header of a later version is read as far as this one goes. */
export function readTraceparent(header: string): SpanContext | undefined {
  const match = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header);
  if (match === null) return undefined;
  const [, version, trace = '', span = '', flags = '', rest] = match;
  if (/^0+$/.test(trace) || /^0+$/.test(span) || (version === '00' && rest !== undefined)) return undefined;
  return { trace, span, sampled: (parseInt(flags, 16) & 1) === 1 };
}
