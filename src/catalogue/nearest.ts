/** The known word that a misspelled one most likely meant; undefined where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined;
  let best: string | undefined;
  let least = 1 + Math.max(2, Math.floor(word.length / 4));
  for (const candidate of known) {
    const size = Math.abs(candidate.length - word.length) < least ? edits(word, candidate) : least;
    if (size < least) [best, least] = [candidate, size];
  }
  return best;
}

const longestWord = 128;

/** Levenshtein distance, blind to case: insertions, deletions and substitutions that turn one text into the other. */
function edits(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substituted = at(row, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, at(row, j) + 1, at(next, j - 1) + 1));
    }
    row = next;
  }
  return at(row, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
