// Addresses and address ranges, IPv4 and IPv6, as numbers: enough to tell what lies in what, whether two overlap and what the
// first address of a range is. A range is kept whole (first and last address), so that a host part written in it does
// not matter. Stricter than most: no leading zeros, no zone, since a machine elsewhere may read those otherwise.

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** `undefined` when it is no address. */
export function parseAddress(text: string): Address | undefined {
  const value = text.includes(':') ? parseSix(text) : parseFour(text);
  return value === undefined ? undefined : { family: text.includes(':') ? 6 : 4, value };
}

/** `undefined` when it is no range. */
export function parseRange(cidr: string): AddressRange | undefined {
  const [address = '', lengthText = '', ...more] = cidr.split('/');
  if (more.length > 0 || !/^\d{1,3}$/.test(lengthText)) return undefined;
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  const bits = parsed.family === 4 ? 32 : 128;
  const length = Number(lengthText);
  if (length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  const first = (parsed.value / size) * size;
  return { family: parsed.family, first, last: first + size - 1n };
}

export function rangesOverlap(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function liesIn(address: Address, range: AddressRange): boolean {
  return address.family === range.family && range.first <= address.value && address.value <= range.last;
}

/** The address a network's own node takes when none is named: the first that a host may have. */
export function firstHost(range: AddressRange): string {
  return printAddress({ family: range.family, value: range.first === range.last ? range.first : range.first + 1n });
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseSix(text: string): bigint | undefined {
  const tail = text.slice(text.lastIndexOf(':') + 1);
  if (tail.includes('.')) {
    const four = parseFour(tail);
    if (four === undefined) return undefined;
    const groups = `${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
    return parseSix(text.slice(0, -tail.length) + groups);
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (![...left, ...right].every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  return groups.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}

export function printAddress({ family, value }: Address): string {
  const size = family === 4 ? 8n : 16n;
  const count = family === 4 ? 4 : 8;
  const groups = Array.from(
    { length: count },
    (_, i) => (value >> (size * BigInt(count - 1 - i))) & ((1n << size) - 1n),
  );
  if (family === 4) return groups.join('.');
  const text = groups.map((group) => group.toString(16)).join(':');
  // The longest run of zeros is written as two colons.
  const runs = [...text.matchAll(/(?:^|:)(0(?::0)+)(?=:|$)/g)].map(([, run = '']) => run);
  const longest = runs.sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return text;
  const at = text.search(new RegExp(`(?:^|:)${longest}(?=:|$)`));
  const before = text.slice(0, text[at] === ':' ? at : 0);
  const after = text.slice((text[at] === ':' ? at + 1 : at) + longest.length + 1);
  return `${before}::${after}`;
}
