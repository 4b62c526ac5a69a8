/** Finding a class by part of its name. */

export interface Match {
  index: number;
  name: string;
}

/**
 * The classes whose name holds every typed word, best first: the name's own beginning, then a
 * word's beginning, then anywhere; equals in the order of the classes. A number finds its index.
 */
export function search(names: readonly string[], typed: string, limit = 50): Match[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked: (Match & { rank: number })[] = [];
  for (const [index, name] of names.entries()) {
    const rank = words.length === 0 ? 2 : rankOf(name.toLowerCase(), index, words);
    if (rank !== null) ranked.push({ index, name, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank || a.index - b.index);
  return ranked.slice(0, limit).map(({ index, name }) => ({ index, name }));
}

function rankOf(name: string, index: number, words: string[]): number | null {
  if (words.length === 1 && words[0] === String(index)) return 0;
  let rank = 0;
  for (const word of words) {
    const at = name.indexOf(word);
    if (at < 0) return null;
    const beginsWord = at === 0 || name.includes(` ${word}`) || name.includes(`-${word}`);
    rank = Math.max(rank, at === 0 ? 0 : beginsWord ? 1 : 2);
  }
  return rank;
}
