/** Finding a class by part of its name. */

export interface Match {
  index: number;
  name: string;
}

/**
 * The classes whose name holds every typed word, best first: where it is a word of the name, then
 * where a word begins with it, then anywhere; of these the name's own beginning first, and equals in
 * the order of the classes. A number finds its index.
 */
export function search(names: readonly string[], typed: string, limit = 50): Match[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked: (Match & { rank: number })[] = [];
  for (const [index, name] of names.entries()) {
    const rank = words.length === 0 ? 0 : rankOf(name.toLowerCase(), index, words);
    if (rank !== null) ranked.push({ index, name, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank || a.index - b.index);
  return ranked.slice(0, limit).map(({ index, name }) => ({ index, name }));
}

function rankOf(name: string, index: number, words: string[]): number | null {
  if (words.length === 1 && words[0] === String(index)) return 0;
  let rank = 0;
  for (const word of words) {
    const found = placesOf(word, name).map((at) => placed(name, at, at + word.length));
    if (found.length === 0) return null;
    rank = Math.max(rank, Math.min(...found));
  }
  return rank;
}

function placesOf(word: string, name: string): number[] {
  const places: number[] = [];
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) places.push(at);
  return places;
}

const LETTER = /[\p{L}\p{M}\p{N}]/u;

/** How well what stands from `start` to `end` of the name answers a typed word; 0 is best. */
function placed(name: string, start: number, end: number): number {
  if (LETTER.test(name[start - 1] ?? "")) return 4;
  return (LETTER.test(name[end] ?? "") ? 2 : 0) + (start === 0 ? 0 : 1);
}
