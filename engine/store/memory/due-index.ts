// When each name is to be looked at next: a binary heap that knows where everything stands, so that setting, moving and taking
// out cost the logarithm of the size, and reading the earliest few costs nothing for those that wait. Equal times in text order.

interface Entry {
  readonly name: string;
  readonly at: number;
}

export class DueIndex {
  readonly #heap: Entry[] = [];
  readonly #places = new Map<string, number>();

  get size(): number {
    return this.#heap.length;
  }

  get(name: string): number | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.#heap[place]!.at;
  }

  set(name: string, at: number): void {
    const place = this.#places.get(name) ?? this.#heap.length;
    this.#put(place, { name, at });
    this.#settle(place);
  }

  delete(name: string): void {
    const place = this.#places.get(name);
    if (place === undefined) return;
    this.#places.delete(name);
    const last = this.#heap.pop()!; // it holds the name, so it is not empty
    if (place === this.#heap.length) return;
    this.#put(place, last);
    this.#settle(place);
  }

  first(): Entry | undefined {
    return this.#heap[0];
  }

  /** Those at or before `time`, earliest first. */
  until(time: number, limit: number): Entry[] {
    const found: Entry[] = [];
    // A second heap of places: the next earliest is always a child of one already taken.
    const open: number[] = [0];
    while (open.length > 0 && found.length < limit) {
      const place = open[0]!;
      const entry = this.#heap[place];
      const last = open.pop()!;
      if (open.length > 0) {
        open[0] = last;
        this.#sinkPlace(open);
      }
      if (entry === undefined || entry.at > time) continue;
      found.push(entry);
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.#heap.length) this.#pushPlace(open, child);
    }
    return found;
  }

  countUntil(time: number): number {
    let count = 0;
    const open = [0];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const entry = this.#heap[place];
      if (entry === undefined || entry.at > time) continue;
      count++;
      open.push(2 * place + 1, 2 * place + 2);
    }
    return count;
  }

  entries(): readonly Entry[] {
    return this.#heap.slice();
  }

  #put(place: number, entry: Entry): void {
    this.#heap[place] = entry;
    this.#places.set(entry.name, place);
  }

  #settle(start: number): void {
    const heap = this.#heap;
    let place = start;
    const entry = heap[place]!;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      this.#put(place, heap[parent]!);
      place = parent;
    }
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, entry)) break;
      this.#put(place, heap[child]!);
      place = child;
    }
    this.#put(place, entry);
  }

  #pushPlace(open: number[], place: number): void {
    let at = open.push(place) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(this.#heap[open[at]!]!, this.#heap[open[parent]!]!)) break;
      [open[at], open[parent]] = [open[parent]!, open[at]!];
      at = parent;
    }
  }

  #sinkPlace(open: number[]): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= open.length) return;
      if (child + 1 < open.length && before(this.#heap[open[child + 1]!]!, this.#heap[open[child]!]!)) child++;
      if (!before(this.#heap[open[child]!]!, this.#heap[open[at]!]!)) return;
      [open[at], open[child]] = [open[child]!, open[at]!];
      at = child;
    }
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.name < b.name);
}
