// The connections of one store to one server, and when a write is safe. The server is looked at when the first connection stands and
// again each time it comes back: behind the same address there may now be another server, or the same with other settings.
//
// A write that must be safe is sent again when the connection broke between its sending and its proof: the scripts that write know
// what they have done already, so the second sending tells whether the first one counts on this server.

import type { RedisOptions } from 'ioredis';
import type { EngineError } from '../../model/errors.ts';
import { insistOn, judgeRedis, parseInfo, type BootVerdict } from '../boot-check.ts';
import { storeFailure } from './failure.ts';
import { Line } from './line.ts';
import type { Script } from './script.ts';
import type { Argument } from './transaction.ts';

const TIMEOUT_MS = 3000;
/** Longer where a write waits for the disk: WAITAOF may take the second that lies between two fsyncs, twice. */
const FENCED_TIMEOUT_MS = 6000;
const FENCE_MS = 2500;
const SENDINGS = 4;

export interface LinesOptions {
  readonly connection: RedisOptions;
  readonly where: string;
  readonly onLost?: () => void;
  readonly onVerdict?: (verdict: BootVerdict) => void;
}

export class Lines {
  readonly #options: LinesOptions;
  #main!: Line; // set by open, the only way to get one
  #fenced: Line | undefined;
  #opening: Promise<Line> | undefined;
  #verdict!: BootVerdict; // as above
  #looking: Promise<void> | undefined;
  #unfit: EngineError | undefined;
  #closed = false;

  private constructor(options: LinesOptions) {
    this.#options = options;
  }

  static async open(options: LinesOptions): Promise<Lines> {
    const lines = new Lines(options);
    let first = true;
    lines.#main = await Line.open({
      connection: options.connection,
      where: options.where,
      name: 'ays-store',
      timeoutMs: TIMEOUT_MS,
      ...(options.onLost && { onLost: options.onLost }),
      onBack: () => {
        if (first) first = false;
        else lines.#lookAgain();
      },
    });
    try {
      await lines.#look();
      if (lines.#unfit !== undefined) throw lines.#unfit;
      return lines;
    } catch (error) {
      lines.close();
      throw storeFailure(error, options.where);
    }
  }

  get verdict(): BootVerdict {
    return this.#verdict;
  }

  /** A question: may be asked twice. */
  async read(command: string, args: (string | number | Buffer)[]): Promise<unknown> {
    try {
      return await this.#main.call(command, args);
    } catch (error) {
      throw storeFailure(error, this.#options.where);
    }
  }

  async ask(script: Script, keys: readonly string[], args: readonly (Argument | Buffer)[]): Promise<unknown> {
    try {
      return (await this.#main.run(script, keys, args)).answer;
    } catch (error) {
      throw storeFailure(error, this.#options.where);
    }
  }

  /** A change. With `safe` it resolves after the change is on disk; the script must bear being sent twice. */
  async write(script: Script, keys: readonly string[], args: readonly Argument[], safe: boolean): Promise<unknown> {
    try {
      for (let sending = 0; sending < SENDINGS; sending++) {
        if (this.#looking !== undefined) await this.#looking;
        if (this.#unfit !== undefined) throw this.#unfit;
        const fenced = safe && this.#needsFence();
        const line = fenced ? await this.#fencedLine() : this.#main;
        const { round } = line;
        const { answer, sent } = await line.run(script, keys, args);
        // A list says that nothing was changed.
        if (!safe || Array.isArray(answer)) return answer;
        if (fenced) await line.fence(sent, (asked) => this.#fence(asked));
        if (line.round === round) return answer;
      }
      throw new Error('Command aborted: the connection broke again and again');
    } catch (error) {
      throw storeFailure(error, this.#options.where, { unknown: true });
    }
  }

  /** Looks at the server's settings again. */
  async look(): Promise<BootVerdict> {
    this.#lookAgain();
    await this.#looking;
    return this.#verdict;
  }

  close(): void {
    this.#closed = true;
    this.#main.close();
    this.#fenced?.close();
  }

  #lookAgain(): void {
    const looking = this.#look()
      // The next return of the connection looks again; until then the commands say themselves what is wrong.
      .catch(() => undefined)
      .finally(() => {
        if (this.#looking === looking) this.#looking = undefined;
      });
    this.#looking = looking;
  }

  async #look(): Promise<void> {
    const info = String(await this.#main.call('INFO', []));
    const config = await this.#settings();
    const behindSentinel = (this.#options.connection.sentinels ?? undefined) !== undefined;
    const verdict = judgeRedis({ info: parseInfo(info), config, behindSentinel });
    this.#verdict = verdict;
    this.#unfit = undefined;
    try {
      insistOn(verdict, this.#options.where);
    } catch (error) {
      this.#unfit = storeFailure(error, this.#options.where);
    }
    this.#options.onVerdict?.(verdict);
  }

  /** Only those that the check reads: among the others are passwords. Undefined where we may not see them. */
  async #settings(): Promise<Record<string, string> | undefined> {
    try {
      const found = ['*append*', 'maxmemory*', 'min-replicas*'].map((pattern) =>
        this.#main.call('CONFIG', ['GET', pattern]),
      );
      return Object.assign({}, ...(await Promise.all(found)).map(pairs)) as Record<string, string>;
    } catch (error) {
      if (error instanceof Error && /NOPERM|unknown|disabled/i.test(error.message)) return undefined;
      throw error;
    }
  }

  #needsFence(): boolean {
    return this.#verdict.durability.disk === 'waitaof' || this.#verdict.durability.replica;
  }

  /** A connection that waits for the disk is blocked meanwhile: what need not wait goes by another. */
  async #fencedLine(): Promise<Line> {
    if (this.#fenced !== undefined) return this.#fenced;
    this.#opening ??= Line.open({
      connection: this.#options.connection,
      where: this.#options.where,
      name: 'ays-store-durable',
      timeoutMs: FENCED_TIMEOUT_MS,
      ...(this.#options.onLost && { onLost: this.#options.onLost }),
    }).finally(() => (this.#opening = undefined));
    this.#fenced = await this.#opening;
    if (this.#closed) this.#fenced.close();
    return this.#fenced;
  }

  async #fence(line: Line): Promise<void> {
    const { disk, replica } = this.#verdict.durability;
    if (disk === 'waitaof') {
      const [local] = (await line.call('WAITAOF', [1, 0, FENCE_MS])) as [number, number];
      if (local < 1) throw new Error('Command timed out: the write is not on disk yet');
    }
    if (!replica) return;
    if (Number(await line.call('WAIT', [1, FENCE_MS])) >= 1) return;
    // A replica that is gone is no longer waited for: `min-replicas-to-write` is for those who would rather stand still.
    const verdict = await this.look();
    if (verdict.durability.replica) throw new Error('Command timed out: no replica has the write yet');
  }
}

function pairs(reply: unknown): Record<string, string> {
  const flat = reply as readonly string[]; // CONFIG GET answers name, value, name, value …
  const found: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) found[flat[i]!] = flat[i + 1]!;
  return found;
}
