import { expect } from 'chai';
import { EngineError } from '../../../engine/model/errors.ts';
import { SimulatedClock, seededRandom } from '../../../engine/model/world.ts';
import { redactor } from '../../../engine/secrets/index.ts';
import { otlpTracer, type OtlpOptions } from '../../../engine/telemetry/otlp-tracer.ts';
import { noTracer, readTraceparent, traced, traceparent } from '../../../engine/telemetry/tracer.ts';
import { seededBytes } from '../secrets/grid-fixture.ts';

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly status: { readonly code: number; readonly message?: string };
}

function collector(more: Partial<OtlpOptions> = {}, answers: (number | string | Error)[] = []) {
  const requests: {
    readonly url: string;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  }[] = [];
  const clock = new SimulatedClock(1_700_000_000_123);
  const tracer = otlpTracer({
    endpoint: 'http://collector:4318/',
    fetch: async (url, { body, headers }) => {
      requests.push({ url, body, headers });
      const answer = answers.shift() ?? 200;
      if (answer instanceof Error) throw answer;
      return {
        status: typeof answer === 'number' ? answer : 200,
        text: async () => (typeof answer === 'string' ? answer : '{}'),
      };
    },
    randomBytes: seededBytes('spans'),
    clock,
    resource: { 'service.name': 'ays' },
    ...more,
  });
  const spans = (): SentSpan[] =>
    requests.flatMap(
      ({ body }) =>
        (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] }).resourceSpans[0]!
          .scopeSpans[0]!.spans,
    );
  return { tracer, clock, requests, spans };
}

describe('traces', () => {
  it('are sent as OTLP says: ids, times, parents, values and outcome', async () => {
    const { tracer, clock, requests, spans } = collector({ headers: { authorization: 'x' } });
    const pass = tracer.start('pass', {
      kind: 'consumer',
      values: { 'ays.key': 'container/web', n: 3, share: 0.5, ok: true },
    });
    clock.advance(5);
    const step = tracer.start('step', { parent: pass.context });
    clock.advance(20);
    step.end(new EngineError('DRIVER_TIMEOUT', 'too late'));
    step.end();
    pass.set('more', 'later');
    pass.end();
    expect(requests).to.deep.equal([]);
    await tracer.flush();
    expect(requests).to.have.length(1);
    expect(requests[0]).to.deep.include({
      url: 'http://collector:4318/v1/traces',
      headers: { authorization: 'x', 'content-type': 'application/json' },
    });
    const [first, second] = spans();
    expect(first).to.deep.equal({
      traceId: pass.context.trace,
      spanId: step.context.span,
      parentSpanId: pass.context.span,
      name: 'step',
      kind: 1,
      startTimeUnixNano: '1700000000128000000',
      endTimeUnixNano: '1700000000148000000',
      attributes: [{ key: 'ays.code', value: { stringValue: 'DRIVER_TIMEOUT' } }],
      status: { code: 2, message: 'too late' },
    });
    expect(second).to.deep.include({
      kind: 5,
      startTimeUnixNano: '1700000000123000000',
      endTimeUnixNano: '1700000000148000000',
      status: { code: 1 },
    });
    expect(second).not.to.have.property('parentSpanId');
    expect(second?.attributes).to.deep.equal([
      { key: 'ays.key', value: { stringValue: 'container/web' } },
      { key: 'n', value: { intValue: '3' } },
      { key: 'share', value: { doubleValue: 0.5 } },
      { key: 'ok', value: { boolValue: true } },
      { key: 'more', value: { stringValue: 'later' } },
    ]);
    expect(pass.context.trace).to.match(/^[0-9a-f]{32}$/);
    expect(pass.context.span).to.match(/^[0-9a-f]{16}$/);
    expect(tracer.counts()).to.deep.equal({ waiting: 0, sent: 2, dropped: 0 });
  });

  it('wait for a collector that is away, and are given up when it refuses them', async () => {
    const { tracer, requests, spans } = collector({}, [
      new Error('connection refused'),
      503,
      200,
      400,
      '{"partialSuccess":{"rejectedSpans":"1"}}',
    ]);
    tracer.start('a').end();
    await tracer.flush();
    await tracer.flush();
    expect(tracer.counts()).to.deep.equal({ waiting: 1, sent: 0, dropped: 0 });
    await tracer.flush();
    expect(tracer.counts()).to.deep.equal({ waiting: 0, sent: 1, dropped: 0 });
    tracer.start('b').end();
    await tracer.flush();
    expect(tracer.counts()).to.deep.equal({ waiting: 0, sent: 1, dropped: 1 });
    tracer.start('c').end();
    tracer.start('d').end();
    await tracer.flush();
    expect(tracer.counts()).to.deep.equal({ waiting: 0, sent: 2, dropped: 2 });
    expect(requests).to.have.length(5);
    expect(spans().map(({ name }) => name)).to.deep.equal(['a', 'a', 'a', 'b', 'c', 'd']);
  });

  it('never fill the memory, and go out in batches', async () => {
    const { tracer, requests } = collector({ maxWaiting: 1000 });
    for (let i = 0; i < 1500; i++) tracer.start('x').end();
    expect(tracer.counts()).to.deep.equal({ waiting: 1000, sent: 0, dropped: 500 });
    await Promise.all([tracer.flush(), tracer.flush()]);
    expect(tracer.counts()).to.deep.equal({ waiting: 0, sent: 1000, dropped: 500 });
    expect(requests).to.have.length(2);
  });

  it('keep the share that was asked for, whole traces only', async () => {
    const { tracer, spans } = collector({ sample: { share: 0.25, random: seededRandom(7) } });
    for (let i = 0; i < 400; i++) {
      const parent = tracer.start('parent');
      tracer.start('child', { parent: parent.context }).end();
      parent.end();
    }
    await tracer.flush();
    const all = spans();
    expect(all.length / 2).to.be.within(70, 130);
    const parents = new Set(all.filter(({ name }) => name === 'parent').map(({ traceId }) => traceId));
    expect(all.every(({ traceId }) => parents.has(traceId))).to.equal(true);
  });

  it('hold no secret', async () => {
    const hide = redactor(['correct-horse']);
    const { tracer, requests } = collector({ redact: hide.text });
    const span = tracer.start('say correct-horse', { values: { why: 'correct-horse' } });
    span.end(new Error('correct-horse'));
    await tracer.flush();
    expect(requests[0]?.body).to.contain('(secret)').and.not.to.contain('correct-horse');
  });

  it('are ended by the work inside them, well or badly', async () => {
    const { tracer, spans } = collector();
    expect(await traced(tracer, 'good', {}, async () => 7)).to.equal(7);
    const failed = await traced(tracer, 'bad', {}, () => Promise.reject(new Error('no'))).catch(
      (error: Error) => error.message,
    );
    expect(failed).to.equal('no');
    await tracer.flush();
    expect(spans().map(({ name, status }) => [name, status.code])).to.deep.equal([
      ['good', 1],
      ['bad', 2],
    ]);
  });

  it('cost nothing and do nothing when they are off', async () => {
    const span = noTracer.start('x');
    span.set('a', 1);
    span.end();
    expect(noTracer.start('y')).to.equal(span);
    expect(span.context.sampled).to.equal(false);
  });

  it('cross processes in a header, which is refused when it is not of the form', () => {
    const { tracer } = collector();
    const { context } = tracer.start('x');
    expect(readTraceparent(traceparent(context))).to.deep.equal(context);
    expect(readTraceparent(traceparent({ ...context, sampled: false }))?.sampled).to.equal(false);
    const good = `${'1'.repeat(32)}-${'2'.repeat(16)}`;
    expect(readTraceparent(`01-${good}-01-later`)).to.deep.include({ trace: '1'.repeat(32) });
    for (const wrong of [
      '',
      `00-${good}-01-x`,
      `ff-${good}-01`,
      `00-${good}-1`,
      `00-${'0'.repeat(32)}-${'2'.repeat(16)}-01`,
      `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
      `00-${good.toUpperCase().replace('1', 'A')}-01`,
    ])
      expect(readTraceparent(wrong), wrong).to.equal(undefined);
    expect(readTraceparent(traceparent(noTracer.start('x').context)), 'none').to.equal(undefined);
  });
});
