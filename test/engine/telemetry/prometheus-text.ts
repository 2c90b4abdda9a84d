// A strict reader of the Prometheus text format 0.0.4, for the tests: what is not exactly of the format is an error.

export interface ReadMetric {
  readonly type: string;
  readonly help: string;
  /** `name{label="value"}` in the order of the text, with its value. */
  readonly samples: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

const NUMBER = /^(NaN|[+-]Inf|-?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?)$/;

export function readPrometheus(text: string): ReadonlyMap<string, ReadMetric> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const metrics = new Map<string, { type: string; help: string; samples: ReadMetric['samples'][number][] }>();
  const seen = new Set<string>();
  let current = '';
  const lines = text.split('\n').slice(0, -1);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (help !== null) {
      const [, name = '', words = ''] = help;
      if (metrics.has(name)) throw new Error(`${name} stands twice`);
      const type = new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`).exec(lines[++i] ?? '')?.[1];
      if (type === undefined) throw new Error(`${name}: no TYPE behind its HELP`);
      if (!/^(?:[^\\]|\\[\\n])*$/.test(words)) throw new Error(`${name}: a wrong escape in its HELP`);
      metrics.set(name, { type, help: words, samples: [] });
      current = name;
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s.exec(line);
    if (sample === null) throw new Error(`line ${i + 1} cannot be read: ${line}`);
    const [, name = '', labelText, value = ''] = sample;
    const metric = metrics.get(current);
    const own = metric?.type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => current + end) : [current];
    if (metric === undefined || !own.includes(name)) throw new Error(`${name} stands under ${current}`);
    if (!NUMBER.test(value)) throw new Error(`${name}: ${value} is no number`);
    const labels = labelText === undefined ? {} : readLabels(labelText);
    const id = JSON.stringify([name, Object.entries(labels).sort()]);
    if (seen.has(id)) throw new Error(`${id} stands twice`);
    seen.add(id);
    metric.samples.push({ name, labels, value: Number(value.replace('Inf', 'Infinity')) });
  }
  for (const [name, metric] of metrics) if (metric.type === 'histogram') checkHistogram(name, metric.samples);
  return metrics;
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const match = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/s.exec(rest);
    if (match === null) throw new Error(`labels cannot be read: ${text}`);
    const [all, name = '', value = ''] = match;
    if (Object.hasOwn(labels, name)) throw new Error(`label ${name} stands twice`);
    labels[name] = value.replace(/\\(.)/gs, (_, c: string) => (c === 'n' ? '\n' : c));
    rest = rest.slice(all.length);
  }
  return labels;
}

/** Buckets rise, the last is +Inf and equals the count. */
function checkHistogram(name: string, samples: ReadMetric['samples']): void {
  const groups = new Map<string, { le: number; value: number }[]>();
  const counts = new Map<string, number>();
  for (const { name: part, labels, value } of samples) {
    const { le, ...others } = labels;
    const id = JSON.stringify(others);
    if (part === `${name}_count`) counts.set(id, value);
    if (part !== `${name}_bucket`) continue;
    const group = groups.get(id) ?? [];
    group.push({ le: Number(le?.replace('Inf', 'Infinity')), value });
    groups.set(id, group);
  }
  for (const [id, group] of groups) {
    const rises = group.every(
      (each, i) => i === 0 || (each.le > group[i - 1]!.le && each.value >= group[i - 1]!.value),
    );
    const last = group.at(-1);
    if (!rises || last?.le !== Infinity || last.value !== counts.get(id))
      throw new Error(`${name}${id}: its buckets are wrong`);
  }
}
