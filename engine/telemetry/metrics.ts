// Counters, gauges and histograms, and their text for Prometheus (format 0.0.4). Names and labels are checked when a metric is
// made. A metric has a bounded number of series: what would be one too many is counted under `other`, so that a
// grid of any size never fills the memory of a robot or of who scrapes it.

export type Labels<Name extends string> = Readonly<Record<Name, string>>;

export interface Counter<Name extends string> {
  add(labels: Labels<Name>, by?: number): void;
}

export interface Gauge<Name extends string> {
  set(labels: Labels<Name>, value: number): void;
  /** Forgets all series: what is not set again is gone. */
  clear(): void;
}

export interface Histogram<Name extends string> {
  observe(labels: Labels<Name>, value: number): void;
}

export interface MetricOptions<Name extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Name[];
  /** Series allowed beside `other`. */
  readonly maxSeries?: number;
}

export interface Metrics {
  counter<Name extends string = never>(options: MetricOptions<Name>): Counter<Name>;
  gauge<Name extends string = never>(options: MetricOptions<Name>): Gauge<Name>;
  histogram<Name extends string = never>(
    options: MetricOptions<Name> & { readonly buckets: readonly number[] },
  ): Histogram<Name>;
  /** Asked before each text: sets gauges from what is true at that moment. */
  collect(collector: () => void | Promise<void>): void;
  text(): Promise<string>;
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
export const OTHER = 'other';
const MAX_SERIES = 500;

interface Series {
  readonly labels: readonly string[];
  value: number;
  /** Of a histogram: how many fell into each bucket, the last one beyond all bounds. */
  readonly buckets: number[];
  count: number;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly maxSeries: number;
  readonly bounds: readonly number[];
  readonly series: Map<string, Series>;
}

export function metrics(): Metrics {
  const families = new Map<string, Family>();
  const collectors: (() => void | Promise<void>)[] = [];

  function family(
    type: Family['type'],
    { name, help, labels = [], maxSeries = MAX_SERIES }: MetricOptions<string>,
    bounds: readonly number[] = [],
  ): Family {
    const problem = problemOf(type, name, labels, bounds);
    if (problem !== undefined) throw new RangeError(`metric ${name}: ${problem}`);
    if (families.has(name)) throw new RangeError(`metric ${name}: there is one of this name`);
    const made: Family = { name, help, type, labels, maxSeries, bounds, series: new Map() };
    families.set(name, made);
    // One without labels is there from the start: an absent counter and a counter at 0 are not the same.
    if (labels.length === 0) seriesOf(made, {});
    return made;
  }

  return {
    counter(options) {
      const made = family('counter', options);
      return {
        add(labels, by = 1) {
          if (!(by >= 0)) throw new RangeError(`metric ${made.name}: a counter only grows, not by ${by}`);
          seriesOf(made, labels).value += by;
        },
      };
    },
    gauge(options) {
      const made = family('gauge', options);
      return {
        set(labels, value) {
          seriesOf(made, labels).value = value;
        },
        clear: () => made.series.clear(),
      };
    },
    histogram(options) {
      const made = family('histogram', options, options.buckets);
      return {
        observe(labels, value) {
          if (Number.isNaN(value)) return;
          const series = seriesOf(made, labels);
          const index = made.bounds.findIndex((bound) => value <= bound);
          const bucket = index < 0 ? made.bounds.length : index;
          series.buckets[bucket] = series.buckets[bucket]! + 1;
          series.value += value;
          series.count += 1;
        },
      };
    },
    collect: (collector) => void collectors.push(collector),
    async text() {
      for (const collector of collectors) await collector();
      return [...families.values()].map(familyText).join('');
    },
  };
}

function seriesOf(family: Family, given: Readonly<Record<string, string>>): Series {
  const labels = family.labels.map((name) => given[name] ?? '');
  const id = JSON.stringify(labels);
  const before = family.series.get(id);
  if (before !== undefined) return before;
  const full = family.series.size >= family.maxSeries && labels.some((label) => label !== OTHER);
  if (full) return seriesOf(family, Object.fromEntries(family.labels.map((name) => [name, OTHER])));
  const made: Series = {
    labels,
    value: 0,
    buckets: family.type === 'histogram' ? new Array<number>(family.bounds.length + 1).fill(0) : [],
    count: 0,
  };
  family.series.set(id, made);
  return made;
}

function familyText(family: Family): string {
  const { name, help, type, labels, bounds } = family;
  let text = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
  for (const series of family.series.values()) {
    const pairs = labels.map((label, i) => `${label}="${escapeLabel(series.labels[i] ?? '')}"`);
    if (type !== 'histogram') {
      text += `${name}${braces(pairs)} ${numberText(series.value)}\n`;
      continue;
    }
    let below = 0;
    for (const [i, bound] of [...bounds, Infinity].entries()) {
      below += series.buckets[i] ?? 0;
      text += `${name}_bucket${braces([...pairs, `le="${numberText(bound)}"`])} ${below}\n`;
    }
    text += `${name}_sum${braces(pairs)} ${numberText(series.value)}\n${name}_count${braces(pairs)} ${series.count}\n`;
  }
  return text;
}

function problemOf(
  type: Family['type'],
  name: string,
  labels: readonly string[],
  bounds: readonly number[],
): string | undefined {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return 'its name is not lower case words';
  if (type === 'counter' && !name.endsWith('_total')) return 'the name of a counter ends in _total';
  if (type !== 'counter' && name.endsWith('_total')) return 'only the name of a counter ends in _total';
  if (/_(sum|count|bucket)$/.test(name)) return 'its name is that of a part of a histogram';
  const label = labels.find((each) => !/^[a-z][a-z0-9_]*$/.test(each) || (each === 'le' && type === 'histogram'));
  if (label !== undefined) return `the label "${label}" cannot be used`;
  if (new Set(labels).size < labels.length) return 'it has a label twice';
  if (type === 'histogram' && !(bounds.length > 0 && bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!)))
    return 'its buckets do not rise';
  return undefined;
}

function braces(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Number.isNaN(value) ? 'NaN' : String(value);
}
