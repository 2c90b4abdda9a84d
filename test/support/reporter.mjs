// How a test run is told: one line per file while it runs, then the slowest tests, the skipped ones with their reasons,
// the failures with their diffs, and one closing line with three numbers. It counts strictly: a test that is pending
// without a reason is a failure, and so is a run that found no test at all.
// Plain JavaScript, because mocha loads its reporter before tsx is there.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

const { Base } = Mocha.reporters;
const SLOWEST = 5;
const SLOW_MS = 1000;

export default class Reporter extends Base {
  #files = new Map();
  #failures = [];
  #skipped = [];
  #unexplained = [];
  #timed = [];
  #passed = 0;
  #current;

  constructor(runner, options) {
    super(runner, options);
    runner.on('test', (test) => this.#enter(test.file));
    runner.on('pass', (test) => {
      this.#passed += 1;
      this.#timed.push(test);
      this.#count(test.file).passed += 1;
    });
    runner.on('fail', (runnable, error) => {
      this.#enter(runnable.file);
      this.#count(runnable.file).failed += 1;
      // The error is kept here: after a retry or a second `done` mocha may put another one on the test.
      this.#failures.push({ runnable, error });
      Base.consoleLog(Base.color('fail', `  ${Base.symbols.err} ${fullTitle(runnable)}`));
    });
    runner.on('pending', (test) => {
      this.#enter(test.file);
      const reason = skipReason(test);
      const count = this.#count(test.file);
      if (reason === undefined) {
        count.failed += 1;
        this.#unexplained.push(test);
      } else {
        count.skipped += 1;
        this.#skipped.push({ test, reason });
      }
    });
    runner.once('end', () => this.#tell());
  }

  /** Mocha's exit code is what is given to `finish`. */
  done(failures, finish) {
    const extra = this.#unexplained.length + (this.#total() === 0 ? 1 : 0);
    finish(failures + extra);
  }

  #total() {
    return this.#passed + this.#failed() + this.#skipped.length;
  }

  #failed() {
    return this.#failures.length + this.#unexplained.length;
  }

  #count(file) {
    const name = relative(file);
    let count = this.#files.get(name);
    if (count === undefined) this.#files.set(name, (count = { passed: 0, failed: 0, skipped: 0, started: Date.now() }));
    return count;
  }

  #enter(file) {
    const name = relative(file);
    if (name === this.#current) return;
    this.#leave();
    this.#count(file).started = Date.now();
    this.#current = name;
  }

  #leave() {
    if (this.#current === undefined) return;
    const { passed, failed, skipped, started } = this.#files.get(this.#current);
    const parts = [`${passed} passed`];
    if (failed > 0) parts.push(Base.color('fail', `${failed} failed`));
    if (skipped > 0) parts.push(Base.color('pending', `${skipped} skipped`));
    const symbol = failed > 0 ? Base.color('fail', Base.symbols.err) : Base.color('checkmark', Base.symbols.ok);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    Base.consoleLog(`${symbol} ${this.#current}: ${parts.join(', ')} ${Base.color('light', `${seconds} s`)}`);
    this.#current = undefined;
  }

  #tell() {
    this.#leave();
    const slow = this.#timed
      .filter((test) => test.duration >= SLOW_MS)
      .sort((a, b) => b.duration - a.duration)
      .slice(0, SLOWEST);
    if (slow.length > 0) {
      Base.consoleLog('\nslowest:');
      for (const test of slow) Base.consoleLog(`  ${(test.duration / 1000).toFixed(1)} s  ${fullTitle(test)}`);
    }
    if (this.#skipped.length > 0) {
      Base.consoleLog('\nskipped:');
      for (const { test, reason } of this.#skipped) Base.consoleLog(`  ${fullTitle(test)}: ${reason}`);
    }
    if (this.#unexplained.length > 0) {
      Base.consoleLog('\npending without a reason, which counts as failed (say why: skip(this, reason)):');
      for (const test of this.#unexplained) Base.consoleLog(`  ${relative(test.file)}: ${fullTitle(test)}`);
    }
    if (this.#failures.length > 0) this.#list();
    if (this.#total() === 0) Base.consoleLog('\nno test was found, which counts as failed');
    const counts = {
      passed: this.#passed,
      failed: this.#failed() + (this.#total() === 0 ? 1 : 0),
      skipped: this.#skipped.length,
    };
    const into = process.env['AYS_TEST_COUNTS'];
    if (into) writeFileSync(into, JSON.stringify(counts));
    else Base.consoleLog(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }

  #list() {
    Base.consoleLog('\nfailed:');
    // Base.list prints `test.err` with the diff; the pair is put together again so that each error is shown once.
    Base.list(
      this.#failures.map(({ runnable, error }) => ({
        err: error,
        titlePath: () => [`${relative(runnable.file)}:`, ...runnable.titlePath()],
      })),
    );
  }
}

/** Set by skip() on the test, or on the suite when a `before` hook skipped all of it. */
function skipReason(test) {
  for (let at = test; at !== undefined; at = at.parent) if (at.skipReason !== undefined) return at.skipReason;
  return undefined;
}

function fullTitle(runnable) {
  return runnable.titlePath().join(' › ');
}

function relative(file) {
  return file === undefined ? '(no file)' : path.relative(process.cwd(), file);
}
