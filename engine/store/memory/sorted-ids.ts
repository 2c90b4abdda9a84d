// Ids in text order, in blocks small enough to splice: inserting, removing and reading a page stay fast at a million ids,
// in any order of arrival. Order is that of code units, the same on every machine and locale.

const BLOCK = 512;

export class SortedIds {
  readonly #blocks: string[][] = [];

  add(id: string): void {
    if (this.#blocks.length === 0) {
      this.#blocks.push([id]);
      return;
    }
    const at = this.#blockOf(id);
    const block = this.#blocks[at]!; // there is one at least, and #blockOf names one of them
    const place = firstAtLeast(block, id);
    if (block[place] === id) return;
    block.splice(place, 0, id);
    // Ids that come in order fill their blocks instead of leaving them half empty.
    if (block.length > BLOCK) this.#blocks.splice(at + 1, 0, block.splice(place === BLOCK ? BLOCK : BLOCK / 2));
  }

  remove(id: string): void {
    const at = this.#blockOf(id);
    const block = this.#blocks[at];
    if (block === undefined) return;
    const place = firstAtLeast(block, id);
    if (block[place] !== id) return;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** From the first id that is not before `from` (after it, with `exclusive`). Not to be changed while it is read. */
  *from(from: string, exclusive: boolean): Generator<string, void, undefined> {
    for (let at = this.#blockOf(from); at < this.#blocks.length; at++) {
      const block = this.#blocks[at]!; // `at` is below the length
      for (let place = firstAtLeast(block, from); place < block.length; place++) {
        const id = block[place]!; // as is `place`
        if (!exclusive || id !== from) yield id;
      }
    }
  }

  /** The last block that begins at or before the id. */
  #blockOf(id: string): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#blocks[middle]![0]! <= id) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function firstAtLeast(ids: readonly string[], id: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
