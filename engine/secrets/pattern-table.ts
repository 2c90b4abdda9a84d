// Many fixed strings looked for in one walk. The last four characters make a hash that moves with the text; a table of bits says at once, nearly
// always, that nothing begins here. Linear in the text unless many patterns share their beginning with it.

const PREFIX = 4;
const BITS = 16;

export class PatternTable {
  readonly #bits = new Uint8Array(1 << BITS);
  /** By the hash of their beginning, longest first. */
  readonly #patterns = new Map<number, string[]>();
  readonly #beginnings = new Set<string>();
  #longest = 0;

  get empty(): boolean {
    return this.#longest === 0;
  }

  /** Of at least four characters. */
  add(pattern: string): void {
    const hash = hashAt(pattern, 0);
    const list = this.#patterns.get(hash) ?? [];
    if (list.includes(pattern)) return;
    list.push(pattern);
    list.sort((a, b) => b.length - a.length);
    this.#patterns.set(hash, list);
    this.#bits[slot(hash)] = 1;
    this.#longest = Math.max(this.#longest, pattern.length);
    for (let length = 1; length < PREFIX; length++) this.#beginnings.add(pattern.slice(0, length));
  }

  /** Where patterns are: start, end, start, end, … by their starts; they may overlap. */
  find(text: string): number[] {
    const ranges: number[] = [];
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      hash = ((hash << 8) | (text.charCodeAt(i) & 0xff)) >>> 0;
      if (i < PREFIX - 1 || this.#bits[slot(hash)] === 0) continue;
      const start = i - PREFIX + 1;
      const found = this.#patterns.get(hash)?.find((pattern) => text.startsWith(pattern, start));
      if (found !== undefined) ranges.push(start, start + found.length);
    }
    return ranges;
  }

  /** Where the first pattern may have begun that the text is too short to hold; the length of the text when none has. */
  openTail(text: string): number {
    for (let i = Math.max(0, text.length - this.#longest + 1); i < text.length; i++) {
      const left = text.length - i;
      if (left < PREFIX) {
        if (this.#beginnings.has(text.slice(i))) return i;
        continue;
      }
      const hash = hashAt(text, i);
      if (this.#bits[slot(hash)] === 0) continue;
      const tail = (pattern: string): boolean => pattern.length > left && pattern.startsWith(text.slice(i));
      if (this.#patterns.get(hash)?.some(tail) === true) return i;
    }
    return text.length;
  }
}

function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let i = at; i < at + PREFIX; i++) hash = ((hash << 8) | (text.charCodeAt(i) & 0xff)) >>> 0;
  return hash;
}

function slot(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - BITS);
}
