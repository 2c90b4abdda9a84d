// Sends spans to an OpenTelemetry collector: OTLP over HTTP, as JSON, behind a flag. Nothing waits for it: spans are kept in a bounded
// list until whoever owns the timer flushes; a collector that is away costs spans, never a pass. Texts pass the redactor.

import { asEngineError } from '../model/errors.ts';
import type { Clock, Random } from '../model/world.ts';
import type { Span, SpanContext, SpanKind, SpanValue, Tracer } from './tracer.ts';

export interface OtlpOptions {
  /** `http://localhost:4318`: where `/v1/traces` is. */
  readonly endpoint: string;
  readonly fetch: (
    url: string,
    request: { readonly method: 'POST'; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  ) => Promise<{ readonly status: number; text(): Promise<string> }>;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly clock: Clock;
  /** Says who this is: `service.name`, `service.instance.id`, … */
  readonly resource: Readonly<Record<string, SpanValue>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly redact?: (text: string) => string;
  /** Share of traces that are kept, decided at their root; 1 unless set. */
  readonly sample?: { readonly share: number; readonly random: Random };
  readonly maxWaiting?: number;
}

export interface OtlpTracer extends Tracer {
  /** Sends what waits, one batch after the other; never throws. What cannot be sent now is tried at the next flush. */
  flush(): Promise<void>;
  counts(): { readonly waiting: number; readonly sent: number; readonly dropped: number };
}

const BATCH = 512;
const KINDS: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const RETRY = [429, 502, 503, 504];
const LONGEST = 2000;

interface Attribute {
  readonly key: string;
  readonly value: object;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code: number; readonly message?: string };
}

export function otlpTracer(options: OtlpOptions): OtlpTracer {
  const { clock, maxWaiting = 8192 } = options;
  const url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`;
  const waiting: OtlpSpan[] = [];
  let sent = 0;
  let dropped = 0;
  let flushing: Promise<void> | undefined;

  const hide = (text: string): string => (options.redact?.(text) ?? text).slice(0, LONGEST);
  const attribute = ([key, value]: readonly [string, SpanValue]): Attribute => ({ key, value: valueOf(value, hide) });
  const hex = (size: number): string => {
    for (;;) {
      const text = Buffer.from(options.randomBytes(size)).toString('hex');
      if (!/^0+$/.test(text)) return text; // zeros mean "none"
    }
  };

  function keep(span: OtlpSpan): void {
    if (waiting.length >= maxWaiting) dropped += 1;
    else waiting.push(span);
  }

  /** False: try again later. */
  async function send(spans: readonly OtlpSpan[]): Promise<boolean> {
    const resource = { attributes: Object.entries(options.resource).map(attribute) };
    const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'ays' }, spans }] }] });
    try {
      const headers = { ...options.headers, 'content-type': 'application/json' };
      const response = await options.fetch(url, { method: 'POST', headers, body });
      const text = await response.text();
      if (RETRY.includes(response.status)) return false;
      const rejected = response.status < 300 ? rejectedIn(text, spans.length) : spans.length;
      sent += spans.length - rejected;
      dropped += rejected;
      return true;
    } catch {
      return false;
    }
  }

  async function flushAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      if (await send(batch)) continue;
      const room = Math.max(0, maxWaiting - waiting.length);
      dropped += Math.max(0, batch.length - room);
      waiting.unshift(...batch.slice(0, room));
      return;
    }
  }

  return {
    start(name, { parent, kind = 'internal', values = {} } = {}) {
      const { share, random } = options.sample ?? { share: 1, random: () => 0 };
      const context: SpanContext = {
        trace: parent?.trace ?? hex(16),
        span: hex(8),
        sampled: parent?.sampled ?? random() < share,
      };
      if (!context.sampled) return { context, set: () => undefined, end: () => undefined };
      const all = new Map(Object.entries(values));
      const at = clock.now();
      const begun = clock.monotonic();
      let ended = false;
      const span: Span = {
        context,
        set: (key, value) => void all.set(key, value),
        end(error) {
          if (ended) return;
          ended = true;
          if (error !== undefined) all.set('ays.code', asEngineError(error).code);
          keep({
            traceId: context.trace,
            spanId: context.span,
            ...(parent !== undefined && { parentSpanId: parent.span }),
            name: hide(name),
            kind: KINDS[kind],
            startTimeUnixNano: nanoseconds(at),
            // The length from the clock that never jumps.
            endTimeUnixNano: nanoseconds(at + (clock.monotonic() - begun)),
            attributes: [...all].map(attribute),
            status: error === undefined ? { code: 1 } : { code: 2, message: hide(asEngineError(error).message) },
          });
        },
      };
      return span;
    },
    flush() {
      flushing ??= flushAll().finally(() => (flushing = undefined));
      return flushing;
    },
    counts: () => ({ waiting: waiting.length, sent, dropped }),
  };
}

/** JSON numbers cannot hold nanoseconds since 1970: it is text. */
function nanoseconds(ms: number): string {
  return (BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.floor((ms - Math.floor(ms)) * 1e6))).toString();
}

function valueOf(value: SpanValue, hide: (text: string) => string): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: hide(value) };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function rejectedIn(text: string, most: number): number {
  try {
    const answer = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: string | number } } | null; // as the protocol says; anything else counts as none
    const count = Number(answer?.partialSuccess?.rejectedSpans ?? 0);
    return Number.isSafeInteger(count) && count > 0 ? Math.min(count, most) : 0;
  } catch {
    return 0;
  }
}
