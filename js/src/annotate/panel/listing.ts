/** Which findings are listed, in which order, and which of them are drawn in the list. */
import type { EffectRecord, FindingRecord as Finding } from "../../kernel/contract";

export const SORTS = {
  newest: "Newest first",
  label: "Label",
  effect: "Largest drop",
  share: "Largest share",
} as const;
export type Sort = keyof typeof SORTS;

export interface Filter {
  /** Words that the label, kind, reason or author must hold, each of them. */
  text: string;
  /** A verdict, "none" for findings without one, or "" for all. */
  verdict: string;
  /** A label, or null for all. */
  label: string | null;
}

export const ALL: Filter = { text: "", verdict: "", label: null };

export function isFiltering({ text, verdict, label }: Filter): boolean {
  return text.trim() !== "" || verdict !== "" || label !== null;
}

function holds(finding: Finding, words: readonly string[]): boolean {
  const { label, kind, reason, author, verdict } = finding;
  const text = [label, kind, reason, author, verdict].join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** @param effectOf null where nothing is measured: those stand last. */
export function listed(
  all: readonly Finding[],
  filter: Filter,
  sort: Sort,
  effectOf: (finding: Finding) => EffectRecord | null,
): Finding[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter(
    (finding) =>
      (filter.verdict === "" || (finding.verdict || "none") === filter.verdict) &&
      (filter.label === null || finding.label === filter.label) &&
      holds(finding, words),
  );
  const newest = (a: Finding, b: Finding) =>
    a.created < b.created ? 1 : a.created > b.created ? -1 : 0;
  if (sort === "newest") return found.sort(newest);
  if (sort === "label") {
    // What has no label yet comes last: it is in no order of labels.
    return found.sort(
      (a, b) =>
        Number(!a.label) - Number(!b.label) || collator.compare(a.label, b.label) || newest(a, b),
    );
  }
  const ranked = new Map(
    found.map((finding) => {
      const effect = effectOf(finding);
      const value = effect && (sort === "share" ? effect.share : effect.image - effect.without);
      return [finding, value ?? Number.NEGATIVE_INFINITY];
    }),
  );
  const rank = (finding: Finding) => ranked.get(finding) as number;
  return found.sort((a, b) => (rank(a) === rank(b) ? newest(a, b) : rank(b) - rank(a)));
}

/** So many are drawn whatever is in sight: a shorter list is drawn whole. */
export const WHOLE = 60;
/** How many are drawn above and below those in sight. */
const AROUND = 8;

/** The part of a list, from `first` up to `end`, that is drawn. */
export function windowOf(count: number, row: number, scrolled: number, room: number) {
  if (count <= WHOLE) return { first: 0, end: count };
  const first = Math.max(0, Math.min(count, Math.floor(scrolled / row)) - AROUND);
  const end = Math.min(count, Math.ceil((scrolled + room) / row) + AROUND);
  return { first, end: Math.max(first, end) };
}

/** Where a press of a key leads in a list; null where it leads nowhere. */
export function stepIn(key: string, at: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const to: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? count - 1 : at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const next = to[key];
  return next === undefined ? null : Math.max(0, Math.min(count - 1, next));
}

/**
 * Where typed letters lead: to the next name that begins with them. The same letter again and again
 * goes through the names that begin with it.
 */
export function typedAhead(names: readonly string[], typed: string, at: number): number {
  const letters = typed.toLowerCase();
  const same = [...letters].every((letter) => letter === letters[0]);
  const sought = same ? letters.slice(0, 1) : letters;
  // More letters of one word may still mean the name that is chosen.
  const from = same ? at + 1 : Math.max(at, 0);
  for (let k = 0; k < names.length; k++) {
    const place = (from + k) % names.length;
    if (names[place]?.toLowerCase().startsWith(sought)) return place;
  }
  return -1;
}

/** The finding that takes the place of one that is removed: the next, or the last that stays. */
export function afterRemoving(ids: readonly string[], removed: string): string | null {
  const at = ids.indexOf(removed);
  if (at < 0) return null;
  return ids[at + 1] ?? ids[at - 1] ?? null;
}
