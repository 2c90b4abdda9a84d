import { expect } from 'chai';
import fc from 'fast-check';
import { OTHER, metrics } from '../../../engine/telemetry/metrics.ts';
import { robotMetrics, type RobotCensus } from '../../../engine/telemetry/robot-metrics.ts';
import { readPrometheus } from './prometheus-text.ts';

describe('metrics', () => {
  it('are a text of the format, with every value, whatever labels and help hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'n', '}', ',') })),
          { minLength: 1, maxLength: 8 },
        ),
        fc.string(),
        async (values, help) => {
          const registry = metrics();
          const counter = registry.counter({
            name: 'a_total',
            help: help.replace(/[^\n\\ -~]/g, ''),
            labels: ['x', 'y'],
          });
          values.forEach((value, i) => counter.add({ x: value, y: 'same' }, i));
          const read = readPrometheus(await registry.text()).get('a_total');
          expect(read?.samples.map(({ labels, value }) => [labels['x'], value])).to.deep.equal(
            values.map((value, i) => [value, i]),
          );
        },
      ),
    );
  });

  it('count into the buckets where a value belongs', async () => {
    const registry = metrics();
    const histogram = registry.histogram({ name: 'h_seconds', help: 'h', labels: ['kind'], buckets: [0.1, 1, 10] });
    for (const value of [0, 0.1, 0.100001, 1, 5, 11, Infinity, NaN]) histogram.observe({ kind: 'x' }, value);
    const read = readPrometheus(await registry.text()).get('h_seconds')!;
    expect(read.samples.map(({ value }) => value)).to.deep.equal([2, 4, 5, 7, Infinity, 7]);
  });

  it('never have more series than they may: what is one too many counts under other', async () => {
    const registry = metrics();
    const counter = registry.counter({ name: 'c_total', help: 'c', labels: ['a', 'b'], maxSeries: 10 });
    for (let i = 0; i < 1000; i++) counter.add({ a: `v${i}`, b: 'x' });
    counter.add({ a: 'v3', b: 'x' });
    const { samples } = readPrometheus(await registry.text()).get('c_total')!;
    expect(samples).to.have.length(11);
    expect(samples.at(-1)).to.deep.include({ labels: { a: OTHER, b: OTHER }, value: 990 });
    expect(samples.reduce((sum, { value }) => sum + value, 0)).to.equal(1001);
    expect(samples[3]).to.deep.include({ labels: { a: 'v3', b: 'x' }, value: 2 });
  });

  it('without labels stand at 0 before anything happened', async () => {
    const registry = metrics();
    registry.counter({ name: 'c_total', help: 'c' });
    registry.gauge({ name: 'g', help: 'g' });
    expect(await registry.text())
      .to.contain('\nc_total 0\n')
      .and.contain('\ng 0\n');
  });

  it('are refused when their name or shape is wrong, and when there is one of that name', () => {
    const registry = metrics();
    const wrong = [
      () => registry.counter({ name: 'passes', help: '' }),
      () => registry.gauge({ name: 'a_total', help: '' }),
      () => registry.gauge({ name: 'A', help: '' }),
      () => registry.gauge({ name: 'a_count', help: '' }),
      () => registry.gauge({ name: 'a', help: '', labels: ['x', 'x'] }),
      () => registry.gauge({ name: 'a', help: '', labels: ['X'] }),
      () => registry.histogram({ name: 'a', help: '', labels: ['le'], buckets: [1] }),
      () => registry.histogram({ name: 'a', help: '', buckets: [] }),
      () => registry.histogram({ name: 'a', help: '', buckets: [2, 1] }),
    ];
    for (const each of wrong) expect(each).to.throw(RangeError);
    registry.gauge({ name: 'a', help: '' });
    expect(() => registry.gauge({ name: 'a', help: '' })).to.throw(RangeError);
    expect(() => registry.counter({ name: 'b_total', help: '' }).add({}, -1)).to.throw(RangeError);
  });
});

describe("a robot's metrics", () => {
  const INFO = { robot: 'r1', version: '0.1.0', store: 'redis', queue: 'bullmq' };
  const CENSUS: RobotCensus = {
    queue: { active: 2, byLane: { person: 1, failure: 3, creation: 0, resync: 9 } },
    due: { all: 100, overdue: 4 },
    services: { converged: 90, 'backing-off': 3, parked: 5, quarantined: 2 },
    eventLoopDelay: { p50: 0.001, p99: 0.02, max: 0.5 },
  };

  it('tell all that was promised', async () => {
    const registry = metrics();
    let census = CENSUS;
    const robot = robotMetrics(registry, INFO, () => Promise.resolve(census));
    robot.pass('container', 'converged', 0.004);
    robot.step('container', 'restart', 'done', 0.02);
    robot.detected('container', 0.008);
    robot.repaired('container', 0.031);
    robot.failure('DRIVER_TIMEOUT');
    robot.store('commit-durable', 0.001, true);
    robot.store('get', 0.001, false);
    const read = readPrometheus(await registry.text());
    const value = (name: string, labels: Record<string, string> = {}, part = name): number | undefined =>
      read
        .get(name)
        ?.samples.find(
          (sample) => sample.name === part && Object.entries(labels).every(([k, v]) => sample.labels[k] === v),
        )?.value;
    expect(value('ays_passes_total', { kind: 'container', outcome: 'converged' })).to.equal(1);
    expect(value('ays_steps_total', { kind: 'container', op: 'restart', outcome: 'done' })).to.equal(1);
    expect(value('ays_detect_seconds', { le: '0.005' }, 'ays_detect_seconds_bucket')).to.equal(0);
    expect(value('ays_detect_seconds', { le: '0.01' }, 'ays_detect_seconds_bucket')).to.equal(1);
    expect(value('ays_repair_seconds', { kind: 'container' }, 'ays_repair_seconds_sum')).to.equal(0.031);
    expect(value('ays_failures_total', { code: 'DRIVER_TIMEOUT' })).to.equal(1);
    expect(value('ays_store_seconds', { operation: 'commit-durable' }, 'ays_store_seconds_count')).to.equal(1);
    expect(value('ays_store_failures_total', { operation: 'get' })).to.equal(1);
    expect(value('ays_queue_waiting', { lane: 'resync' })).to.equal(9);
    expect(value('ays_queue_active')).to.equal(2);
    expect(value('ays_due_overdue')).to.equal(4);
    for (const [state, count] of Object.entries(CENSUS.services))
      expect(value('ays_services', { state })).to.equal(count);
    expect(value('ays_robot_info', INFO)).to.equal(1);
    expect(value('ays_event_loop_delay_seconds', { quantile: '0.99' })).to.equal(0.02);
    // A state that nobody is in any more is gone, and not kept at its last number.
    census = { ...CENSUS, services: { converged: 100 } };
    expect(readPrometheus(await registry.text()).get('ays_services')?.samples).to.have.length(1);
  });
});

describe('the reader that the tests use', () => {
  it('refuses what is not of the format', () => {
    const head = '# HELP a x\n# TYPE a gauge\n';
    readPrometheus(`${head}a{x="1",y="\\"\\\\\\n"} -1.5e-7\n`);
    for (const wrong of [
      'a 1',
      'a  1\n',
      'b 1\n',
      'a{x=1} 1\n',
      'a{x="1",} 1\n',
      'a{x="\\q"} 1\n',
      'a 1\na 1\n',
      'a one\n',
      'a{x="1"x="2"} 1\n',
    ])
      expect(() => readPrometheus(head + wrong), wrong).to.throw();
    const histogram = '# HELP h x\n# TYPE h histogram\n';
    expect(() =>
      readPrometheus(`${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`),
    ).to.throw();
    expect(() => readPrometheus(`${histogram}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`)).to.throw();
  });
});
