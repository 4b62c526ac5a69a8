/** The score curve as an SVG path in a box of 1000 × 100, score 1 at the top. */

export const BOX = { width: 1000, height: 100 } as const;
const COLUMNS = 400;

/**
 * `scores[i]` belongs to iteration i; `max` is the iteration at the right edge. Gaps stay gaps. A
 * long run is thinned to the least and greatest value of each column, so that no spike is lost.
 */
export function curvePath(scores: readonly (number | null)[], max: number): string {
  let path = "";
  let pen = false;
  const draw = (i: number) => {
    const value = scores[i];
    if (value === null || value === undefined || Number.isNaN(value)) {
      pen = false;
      return;
    }
    const x = round((i / Math.max(1, max)) * BOX.width);
    const y = round((1 - Math.min(1, Math.max(0, value))) * BOX.height);
    // A lone first point gets a zero-length segment, which round line caps make visible.
    path += pen ? `L${x} ${y}` : `M${x} ${y}h0`;
    pen = true;
  };
  const bucket = Math.ceil(scores.length / COLUMNS);
  if (bucket <= 2) {
    for (let i = 0; i < scores.length; i++) draw(i);
    return path;
  }
  for (let start = 0; start < scores.length; start += bucket) {
    let [low, high] = [start, start];
    for (let i = start; i < Math.min(scores.length, start + bucket); i++) {
      if ((scores[i] ?? 2) < (scores[low] ?? 2)) low = i;
      if ((scores[i] ?? -1) > (scores[high] ?? -1)) high = i;
    }
    draw(Math.min(low, high));
    if (low !== high) draw(Math.max(low, high));
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
