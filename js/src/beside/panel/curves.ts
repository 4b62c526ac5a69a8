/** Curves of a measure as SVG paths, in a box of 100 by 100: up to their last share, a score of 1 at its top. */

export interface Points {
  /** Of the pixels, rising, in [0, 1]. */
  shares: readonly number[];
  /** In [0, 1]; null where it is not finite. */
  scores: readonly (number | null)[];
}

export function pathOf({ shares, scores }: Points): string {
  let path = "";
  const last = lastOf({ shares });
  for (const [k, share] of shares.entries()) {
    const value = scores[k];
    if (value === undefined || value === null || !Number.isFinite(value)) continue;
    const [x, y] = [
      tenth((100 * share) / last),
      tenth(100 * (1 - Math.min(1, Math.max(0, value)))),
    ];
    path += `${path ? "L" : "M"}${x} ${y}`;
  }
  return path;
}

/** The share with which a curve ends: ROAD has nothing to fill in from once all pixels are taken. */
export function lastOf({ shares }: Pick<Points, "shares">): number {
  return shares.at(-1) || 1;
}

function tenth(value: number): number {
  return Math.round(10 * value) / 10;
}

/** A figure of a table in four characters: "0.93", "<0.01", "−0.12", "–" where there is none. */
export function brief(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value > 0 && value < 0.005) return "<0.01";
  const words = value.toFixed(2);
  return words === "-0.00" ? "0.00" : words.replace("-", "−");
}

/**
 * Which of some values are the best as they are read: all that read like it, but none where all do, or
 * where the most is no more than nothing.
 */
export function bestOf(values: readonly (number | null)[], most: boolean): boolean[] {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const read = (value: number) => Math.round(100 * value);
  const best = read(most ? Math.max(...known) : Math.min(...known));
  const won = known.some((value) => read(value) !== best) && (best > 0 || !most);
  return values.map(
    (value) => won && value !== null && Number.isFinite(value) && read(value) === best,
  );
}
