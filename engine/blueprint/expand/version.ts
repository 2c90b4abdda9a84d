// Versions and ranges of packages: the part of semantic versioning that people use. Compared as numbers, never as text.

export interface Version {
  readonly numbers: readonly [number, number, number];
  readonly pre: string;
}

export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,64}))?(?:\+[0-9A-Za-z.-]{1,64})?$/.exec(text);
  if (match === null) return undefined;
  return { numbers: [Number(match[1]), Number(match[2]), Number(match[3])], pre: match[4] ?? '' };
}

export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const difference = a.numbers[i]! - b.numbers[i]!;
    if (difference !== 0) return difference;
  }
  if (a.pre === b.pre) return 0;
  if (a.pre === '' || b.pre === '') return a.pre === '' ? 1 : -1;
  return comparePre(a.pre.split('.'), b.pre.split('.'));
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    if (left === right) continue;
    const numeric = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (numeric[0] === true && numeric[1] === true) return Number(left) - Number(right);
    if (numeric[0] !== numeric[1]) return numeric[0] === true ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

type Bound = { readonly op: '>=' | '<' | '>' | '<=' | '='; readonly version: Version };

/** `^2.1`, `~1.4.0`, `>=1.2 <2`, `1.x`, `2.1.0`, `*`; undefined when it is none of these. */
export function parseRange(text: string): ((version: Version) => boolean) | undefined {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const bounds: Bound[] = [];
  for (const word of words) {
    const found = boundsOf(word);
    if (found === undefined) return undefined;
    bounds.push(...found);
  }
  const named = bounds.some(({ version }) => version.pre !== '');
  // A pre-release is only taken when the range names one.
  return (version) => (version.pre === '' || named) && bounds.every((bound) => holds(bound, version));
}

function boundsOf(word: string): Bound[] | undefined {
  const match = /^(\^|~|>=|<=|>|<|=)?v?(\d+|\*|x)(?:\.(\d+|\*|x))?(?:\.(\d+|\*|x))?(?:-([0-9A-Za-z.-]+))?$/.exec(word);
  if (match === null) return undefined;
  const [, op = '', ...parts] = match;
  const numbers = parts
    .slice(0, 3)
    .map((part) => (part === undefined || part === '*' || part === 'x' ? undefined : Number(part)));
  const [major, minor, patch] = numbers;
  const pre = parts[3] ?? '';
  const at = (a: number, b: number, c: number, p = ''): Version => ({ numbers: [a, b, c], pre: p });
  if (major === undefined) return op === '' || op === '>=' ? [] : undefined;
  const low = at(major, minor ?? 0, patch ?? 0, pre);
  const range = (high: Version): Bound[] => [
    { op: '>=', version: low },
    { op: '<', version: high },
  ];
  switch (op) {
    case '^':
      if (major > 0) return range(at(major + 1, 0, 0));
      if ((minor ?? 0) > 0 || patch === undefined)
        return minor === undefined ? range(at(1, 0, 0)) : range(at(0, minor + 1, 0));
      return range(at(0, 0, patch + 1));
    case '~':
      return minor === undefined ? range(at(major + 1, 0, 0)) : range(at(major, minor + 1, 0));
    case '>=':
    case '<=':
    case '>':
    case '<':
      return [{ op, version: low }];
    default:
      if (minor === undefined) return range(at(major + 1, 0, 0));
      return patch === undefined ? range(at(major, minor + 1, 0)) : [{ op: '=', version: low }];
  }
}

function holds({ op, version: bound }: Bound, version: Version): boolean {
  const order = compareVersions(version, bound);
  switch (op) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '=':
      return order === 0;
  }
}
