/** The panes in the order of what a share of their pixels does, and how their lines are told apart. */
import type { AreaScore } from "../../kernel/contract";

/** Scores are null until they are known, and a witness's where there is none. */
export interface Row extends AreaScore {
  id: number;
  name: string;
  /** Of another model, whose own score is by itself: another network's score ranks with none of ours. */
  itself: boolean;
  /** 1 for the best; equal scores share a place. Null while there is no score, and for another model. */
  place: number | null;
}

const UNKNOWN: AreaScore = { own: null, image: null, witness: null, witness_image: null };

/** As a person reads them: scores that read alike are alike. */
function read(value: number): number {
  return Math.round(1000 * value);
}

/**
 * Best first by the net's own score, those without one and other models last. While scores still
 * change, `order` (ids as they stood) is kept, so that no row moves away from under a pointer.
 */
export function ranked(
  panes: readonly { id: number; name: string; itself?: boolean }[],
  scores: Readonly<Record<string, AreaScore>>,
  order: readonly number[] | null,
): Row[] {
  const rows = panes.map(({ id, name, itself = false }): Omit<Row, "place"> => {
    return { ...UNKNOWN, ...scores[id], id, name, itself };
  });
  const best = rows.flatMap(({ own, itself }) => (own === null || itself ? [] : [read(own)]));
  const placed = rows.map((row): Row => {
    const { own, itself } = row;
    const place =
      own === null || itself ? null : 1 + best.filter((other) => other > read(own)).length;
    return { ...row, place };
  });
  const at = (id: number) => {
    const k = order?.indexOf(id) ?? -1;
    return k < 0 ? placed.length : k;
  };
  const score = ({ own, itself }: Row) => (own ?? -1) - (itself ? 2 : 0);
  return placed.sort((a, b) => (order ? at(a.id) - at(b.id) : score(b) - score(a)));
}

/** Colors, and dash patterns, of the lines but for ours, which is the text's and solid: see panes.css. */
const KINDS = 5;
/** As many as there can be panes. */
const LINES = 13;

/** The color and the dash pattern of a line: no two share both, and the first five share neither. */
export function strokeOf(line: number): { color: number; dash: number } {
  if (line === 0) return { color: 0, dash: 0 };
  const [round, kind] = [Math.floor((line - 1) / KINDS), (line - 1) % KINDS];
  return { color: kind + 1, dash: ((kind + 2 * round) % KINDS) + 1 };
}

/** How each pane's line is drawn, by its id: as before where others came or went, if it can. */
export function linesOf(ids: readonly number[]): Map<number, number> {
  const lines = new Map<number, number>();
  const taken = new Set<number>();
  for (const id of ids) {
    // Our own evidence is always the first.
    let line = id === 0 ? 0 : 1 + ((id - 1) % (LINES - 1));
    for (let tried = 0; taken.has(line) && tried < LINES; tried++) line = (line + 1) % LINES;
    taken.add(line);
    lines.set(id, line);
  }
  return lines;
}
