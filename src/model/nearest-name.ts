/**
 * The name that is the fewest edits away, where letter case counts for less than a letter; null
 * when even that one needs more than `maxEdits`.
 */
export function nearestName(
  name: string,
  names: Iterable<string>,
  maxEdits = Number.POSITIVE_INFINITY,
): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of names) {
    // What is too long or too short needs no comparison: a name of a stranger may be of any length.
    if (Math.abs(candidate.length - name.length) > Math.min(maxEdits, least)) continue;
    const distance = editDistance(name, candidate);
    if (distance < least && distance <= maxEdits) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

const OTHER_CASE = 0.25;

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + changeOf(a[i - 1]!, b[j - 1]!);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function changeOf(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? OTHER_CASE : 1;
}
