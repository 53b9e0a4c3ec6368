// "Did you mean ..": the nearest of a list of names to one that does not exist.

/** The candidate with the least edit distance to `name`, or null when none is near (more than a third of its length, at least 2). */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  const far = Math.max(2, Math.floor(name.length / 3));
  let best: string | null = null;
  let bestDistance = far + 1;
  for (const candidate of candidates) {
    if (candidate === name) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance >= bestDistance || distance >= Math.max(name.length, candidate.length)) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** Edits (insert, delete, replace, swap of neighbours) from a to b; gives up at `limit`, returning it. */
function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) row.push(cell(a, b, i, j, row, previous, before));
    if (Math.min(...row) >= limit) return limit;
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

function cell(a: string, b: string, i: number, j: number, row: number[], previous: number[], before: number[]): number {
  const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
  const least = Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1);
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return swapped ? Math.min(least, before[j - 2]! + 1) : least;
}
