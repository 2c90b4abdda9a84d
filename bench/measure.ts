// What every benchmark needs: repeat, take the median, say the spread and the machine. Figures of one run may be compared with
// each other, those of two machines or two days may not; so a benchmark measures its baseline beside its subject.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface Sample {
  readonly runs: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

export async function measure(runs: number, work: () => unknown): Promise<Sample> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return sampleOf(times);
}

/** Two subjects in turns, so that a slow minute of the machine hits both. */
export async function measureBoth(
  runs: number,
  first: () => unknown,
  second: () => unknown,
): Promise<readonly [Sample, Sample]> {
  const times: readonly [number[], number[]] = [[], []];
  for (let i = 0; i < runs; i++) {
    for (const [which, work] of [first, second].entries()) {
      const start = performance.now();
      await work();
      times[which]?.push(performance.now() - start);
    }
  }
  return [sampleOf(times[0]), sampleOf(times[1])];
}

function sampleOf(times: readonly number[]): Sample {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { runs: sorted.length, medianMs: median ?? NaN, minMs: sorted[0] ?? NaN, maxMs: sorted.at(-1) ?? NaN };
}

/** Runs a whole process to its end; output is thrown away, failure is not. */
export function wholeProcess(file: string, args: readonly string[], cwd?: string): void {
  const { status, signal, stderr, error } = spawnSync(file, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === 0) return;
  throw new Error(
    `${file} ${args.join(' ')}: ${error?.message ?? signal ?? `exit code ${status}`}\n${(stderr ?? '').slice(0, 2000)}`,
  );
}

/** The exponent e of t ~ n^e between the first and the last size: 1 is linear. */
export function exponent(points: readonly { readonly size: number; readonly ms: number }[]): number {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || first === last) return NaN;
  return Math.log(last.ms / first.ms) / Math.log(last.size / first.size);
}

export function machineLine(): string {
  const cpus = os.cpus();
  const memory = Math.round(os.totalmem() / 1024 ** 3);
  return `${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown processor'}, ${memory} GiB, Linux ${os.release()}, Node ${process.versions.node}, load ${os.loadavg()[0]?.toFixed(1)}`;
}

export function say(sample: Sample): string {
  return `${ms(sample.medianMs)} (${ms(sample.minMs)}–${ms(sample.maxMs)}, ${sample.runs} runs)`;
}

export function ms(value: number): string {
  return value >= 10_000
    ? `${(value / 1000).toFixed(1)} s`
    : value >= 100
      ? `${value.toFixed(0)} ms`
      : `${value.toFixed(1)} ms`;
}

export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  console.log(`${title}\n${machineLine()}\n`);
  for (const row of rows) console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
  console.log();
}

/** A folder that is gone when the work is done. */
export async function inTemporaryFolder<T>(work: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-bench-'));
  try {
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
