/** Returns the known word most similar to a mistyped one; undefined if none is similar. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = distanceOf(fold(word), fold(candidate));
    if (distance <= allowed(word) && (!best || distance < best.distance))
      best = { word: candidate, distance };
  }
  return best?.word;
}

/** Returns a hint for a mistyped word, or undefined. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const match = nearest(word, known);
  return match === undefined ? undefined : `did you mean ${match}?`;
}

/** Equates `max_size`, `max-size` and `maxSize`. */
function fold(word: string): string {
  return word.toLowerCase().replace(/[-_.]/g, '');
}

function allowed(word: string): number {
  return Math.min(3, Math.max(1, Math.floor(word.length / 3)));
}

/** A prefix of four letters or more has distance 1 (`onErr` for `onError`). */
function distanceOf(word: string, candidate: string): number {
  const isBeginning = word.length >= 4 && candidate.startsWith(word);
  return isBeginning ? 1 : editDistance(word, candidate);
}

/** Levenshtein distance, computed with two rows. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
