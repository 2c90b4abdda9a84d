// One connection to Redis. While it is cut for a moment, commands wait and are sent again; once the server is gone for about half a
// second they are refused at once, so nobody hangs. `round` changes whenever the connection breaks or comes back: who must know
// whether an answer is of the same server as the question compares it.

import { Redis, type RedisOptions } from 'ioredis';
import { EngineError } from '../../model/errors.ts';
import { storeFailure } from './failure.ts';
import type { Argument } from './transaction.ts';
import type { Script } from './script.ts';

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 20;
const LONGEST_DELAY_MS = 250;

export interface LineOptions {
  readonly connection: RedisOptions;
  readonly where: string;
  readonly name: string;
  /** A command without an answer for this long has an unknown outcome. */
  readonly timeoutMs: number;
  /** A second attempt to connect has become necessary. */
  readonly onLost?: () => void;
  readonly onBack?: () => void;
}

export class Line {
  readonly where: string;
  readonly redis: Redis;
  round = 0;
  #sent = 0;
  #gone = false;
  #opened = false;
  #closed = false;
  #lastError: Error | undefined;
  #fence: { readonly after: number; readonly done: Promise<void> } | undefined;
  #nextFence: Promise<void> | undefined;

  private constructor(options: LineOptions) {
    this.where = options.where;
    this.redis = new Redis({
      ...options.connection,
      connectionName: options.name,
      replyMapping: 'legacy',
      lazyConnect: true,
      connectTimeout: 2000,
      commandTimeout: options.timeoutMs,
      maxRetriesPerRequest: ATTEMPTS,
      autoResendUnfulfilledCommands: true,
      enableOfflineQueue: true,
      // A primary that became a replica: the next connection finds the new one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
      retryStrategy: (times) => {
        if (this.#closed) return null;
        this.#missed(times, options);
        return delayOf(times);
      },
      // Sentinels that are away are asked for ever once we have been in, as a server is.
      sentinelRetryStrategy: (times) => {
        if (this.#closed || (!this.#opened && times > 1)) return null;
        this.#missed(times, options);
        return delayOf(times);
      },
    });
    this.redis.on('error', (error: Error) => (this.#lastError = error));
    this.redis.on('close', () => (this.round += 1));
    this.redis.on('ready', () => {
      this.round += 1;
      this.#gone = false;
      this.#lastError = undefined;
      options.onBack?.();
    });
  }

  static async open(options: LineOptions): Promise<Line> {
    const line = new Line(options);
    try {
      await line.redis.connect();
      line.#opened = true;
      return line;
    } catch (error) {
      line.close();
      throw storeFailure(line.#lastError ?? error, options.where);
    }
  }

  /** Runs a script by its digest; teaches it to a server that has forgotten it. `sent`: its place among all that was sent. */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly (Argument | Buffer)[],
  ): Promise<{ readonly answer: unknown; readonly sent: number }> {
    const rest = [keys.length, ...keys, ...args];
    let sent = this.#sent + 1;
    try {
      return { answer: await this.call('EVALSHA', [script.sha, ...rest]), sent };
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      sent = this.#sent + 1;
      return { answer: await this.call('EVAL', [script.lua, ...rest]), sent };
    }
  }

  call(command: string, args: (string | number | Buffer)[]): Promise<unknown> {
    if (this.#closed) return Promise.reject(closed(this.where));
    if (this.#gone) {
      const said = this.#lastError?.message ?? 'the connection is lost';
      return Promise.reject(storeFailure(new Error(`ECONN ${said}`), this.where));
    }
    this.#sent += 1;
    return this.redis.call(command, args);
  }

  /** Until what was sent as number `sent` is as safe as `ask` makes it. One question answers all that was sent before it. */
  fence(sent: number, ask: (line: Line) => Promise<void>): Promise<void> {
    if (this.#fence !== undefined && sent <= this.#fence.after) return this.#fence.done;
    this.#nextFence ??= (this.#fence?.done.catch(() => undefined) ?? Promise.resolve()).then(() => {
      this.#nextFence = undefined;
      const done = ask(this);
      this.#fence = { after: this.#sent, done };
      return done;
    });
    return this.#nextFence;
  }

  #missed(times: number, options: LineOptions): void {
    if (times > ATTEMPTS) this.#gone = true;
    if (times > 1) options.onLost?.();
  }

  close(): void {
    this.#closed = true;
    this.redis.disconnect();
  }
}

function delayOf(times: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (times - 1), LONGEST_DELAY_MS);
}

function closed(where: string): EngineError {
  return new EngineError('STORE_UNREACHABLE', `the store (${where}) is closed`);
}
