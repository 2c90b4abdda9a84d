// The newest log entries of a grid and, of each service, run or blueprint, those about it. Bounded: the oldest go first.

export interface LogRow {
  /** Counts the entries of a grid for ever; gaps are allowed. */
  readonly n: number;
  readonly at: number;
  readonly about: string | undefined;
  readonly type: string;
  /** The body as JSON text. */
  readonly text: string;
}

export class LogRing {
  readonly #limit: number;
  readonly #all = new Line();
  readonly #about = new Map<string, Line>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(row: LogRow): void {
    this.#all.push(row);
    if (row.about !== undefined) {
      let line = this.#about.get(row.about);
      if (line === undefined) this.#about.set(row.about, (line = new Line()));
      line.push(row);
    }
    if (this.#all.size > this.#limit) this.#forget(this.#all.shift(), (line) => line.shift());
  }

  /** Takes the newest back. */
  pop(): void {
    this.#forget(this.#all.pop(), (line) => line.pop());
  }

  read(about: string | undefined, after: number | undefined, limit: number, newestFirst: boolean): readonly LogRow[] {
    const line = about === undefined ? this.#all : this.#about.get(about);
    return line === undefined ? [] : line.page(after, limit, newestFirst);
  }

  rows(): readonly LogRow[] {
    return this.#all.page(undefined, Infinity, false);
  }

  #forget(row: LogRow | undefined, take: (line: Line) => void): void {
    const line = row?.about === undefined ? undefined : this.#about.get(row.about);
    if (row?.about === undefined || line === undefined) return;
    take(line);
    if (line.size === 0) this.#about.delete(row.about);
  }
}

/** Rows in the order of their numbers, taken away at both ends. */
class Line {
  #rows: LogRow[] = [];
  #head = 0;

  get size(): number {
    return this.#rows.length - this.#head;
  }

  push(row: LogRow): void {
    this.#rows.push(row);
  }

  pop(): LogRow | undefined {
    return this.size === 0 ? undefined : this.#rows.pop();
  }

  shift(): LogRow | undefined {
    if (this.size === 0) return undefined;
    const row = this.#rows[this.#head++];
    if (this.#head >= 64 && this.#head * 2 >= this.#rows.length) {
      this.#rows = this.#rows.slice(this.#head);
      this.#head = 0;
    }
    return row;
  }

  page(after: number | undefined, limit: number, newestFirst: boolean): readonly LogRow[] {
    if (newestFirst) {
      const end = after === undefined ? this.#rows.length : this.#firstAbove(after - 1);
      return this.#rows.slice(Math.max(this.#head, end - limit), end).reverse();
    }
    const start = after === undefined ? this.#head : this.#firstAbove(after);
    return this.#rows.slice(start, limit === Infinity ? undefined : start + limit);
  }

  #firstAbove(n: number): number {
    let low = this.#head;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]!.n <= n) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
