// "Did you mean": the nearest of some names, or none when nothing is near. Distance counts one for a wrong, missing,
// extra or swapped letter; a third of the length is the limit, so `x` never suggests `vm`.

export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const text = candidate.toLowerCase();
    if (Math.abs(text.length - wanted.length) > bestDistance) continue;
    const distance = editDistance(wanted, text, bestDistance);
    if (distance > limit || distance >= Math.max(wanted.length, text.length)) continue;
    // Of two equally near, the one of the same length: letters swapped are likelier than one left out.
    if (
      distance < bestDistance ||
      (best !== undefined && distance === bestDistance && best.length !== name.length && text.length === name.length)
    ) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined || wanted.length < 3) return best;
  // A part typed whole: `storage` for `storagepool`.
  for (const candidate of candidates) if (candidate.toLowerCase().startsWith(wanted)) return candidate;
  return undefined;
}

function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      smallest = Math.min(smallest, cost);
    }
    if (smallest > limit) return limit + 1;
    before = last;
    last = row;
  }
  return last[b.length]!;
}
