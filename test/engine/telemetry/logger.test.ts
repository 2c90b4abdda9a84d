import { expect } from 'chai';
import fc from 'fast-check';
import { EngineError } from '../../../engine/model/errors.ts';
import { SimulatedClock } from '../../../engine/model/world.ts';
import { assertNoSecret, redactor } from '../../../engine/secrets/index.ts';
import { logger, silentLogger, type Logger } from '../../../engine/telemetry/logger.ts';

function logOf(options: { readonly level?: 'debug' | 'warn'; readonly secrets?: readonly string[] } = {}): {
  readonly log: Logger;
  readonly lines: string[];
  readonly last: () => Record<string, unknown>;
} {
  const lines: string[] = [];
  const log = logger({
    clock: new SimulatedClock(Date.UTC(2026, 0, 2, 3, 4, 5, 6)),
    sink: (line) => lines.push(line),
    ...(options.level !== undefined && { level: options.level }),
    redact: redactor(options.secrets ?? []),
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('the log', () => {
  it('is one line of JSON for each thing, with time, level and message first and the fields in one order', () => {
    const { log, lines } = logOf();
    log.info('healed', {
      why: 'exit 137',
      key: 'container/web',
      generation: { epoch: 1, n: 7 },
      pass: 'p1',
      revision: 3,
    });
    expect(lines).to.deep.equal([
      '{"time":"2026-01-02T03:04:05.006Z","level":"info","message":"healed","revision":3,"key":"container/web","generation":"1.7","pass":"p1","why":"exit 137"}',
    ]);
  });

  it('stays one line that can be read back, whatever is written', () => {
    const { log, lines, last } = logOf({ level: 'debug' });
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 500 }),
        fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean()),
        (message, why) => {
          log.debug(message, { why });
          expect(lines.at(-1)).not.to.match(/[\n\r]/);
          expect(last()).to.include({ level: 'debug' });
        },
      ),
    );
  });

  it('takes no spec: only fields of the list get in, and only small values', () => {
    const { log, lines } = logOf();
    const spec = { spec: { env: { A: 'from the spec' } }, desired: 'from the spec', key: 'container/web' };
    log.info('x', spec);
    expect(lines[0]).to.contain('container/web').and.not.to.contain('from the spec');
    log.info('y'.repeat(5000), { why: 'z'.repeat(5000) });
    expect(lines[1]?.length).to.be.below(4500);
  });

  it('leaves out what is below its level, and says so beforehand', () => {
    const { log, lines } = logOf({ level: 'warn' });
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(lines).to.have.length(2);
    expect([log.enabled('info'), log.enabled('warn')]).to.deep.equal([false, true]);
    expect(silentLogger.enabled('error')).to.equal(false);
  });

  it('carries fields along, and the nearer ones win', () => {
    const { log, last } = logOf();
    log.with({ robot: 'r1', key: 'a/b' }).with({ key: 'c/d' }).info('x', { step: 'restart' });
    expect(last()).to.include({ robot: 'r1', key: 'c/d', step: 'restart' });
  });

  it('says code and hint of an error; the stack only of what is ours to mend', () => {
    const { log, last } = logOf();
    log.error('failed', { error: new EngineError('DRIVER_TIMEOUT', 'too late', { hint: 'look at the node' }) });
    expect(last())
      .to.include({ code: 'DRIVER_TIMEOUT', error: 'too late', hint: 'look at the node' })
      .and.not.have.property('stack');
    log.error('failed', { error: new TypeError('x is not a function') });
    expect(last()['stack']).to.contain('logger.test.ts');
    log.error('failed', { error: 'a word' });
    expect(last()).to.include({ error: 'a word' });
  });

  it('never holds a secret, wherever it was given, and stays JSON', () => {
    const secret = 'pa"ss\\word\n/+&';
    const { log, lines } = logOf({ secrets: [secret] });
    log.warn(`m ${secret}`, {
      why: `w ${secret}`,
      hint: encodeURIComponent(secret),
      key: secret,
      error: new Error(secret),
    });
    log.info(`${'x'.repeat(1995)}${secret}`);
    log
      .with({ robot: secret })
      .error('x', { error: new EngineError('INTERNAL', secret, { hint: secret, cause: new Error(secret) }) });
    for (const line of lines) {
      assertNoSecret(line, secret);
      expect(() => JSON.parse(line) as unknown).not.to.throw();
    }
    expect(lines[1]).not.to.contain('pa"').and.not.to.contain('pa\\"');
  });

  it('goes on when the clock is out of all bounds', () => {
    const lines: string[] = [];
    logger({ clock: { now: () => 1e300 }, sink: (line) => lines.push(line) }).info('x');
    expect(lines).to.have.length(1);
  });
});
