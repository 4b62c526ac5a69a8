/** The curves as SVG paths in a box of 1000 × 100, value 1 at the top, and what happened on them. */
import type { Track } from "../kernel/contract";

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

export interface Happening {
  iteration: number;
  kind: "push" | "sparsity" | "lowered" | "end";
  words: string;
}

/** λ must fall below this share of its last value to count as lowered: it rises in small steps. */
const LOWERED = 0.75;

/** What a reader of the curves wants to know: when λ set in, when it was lowered, why it ended. */
export function events(track: Track, running: boolean): Happening[] {
  const found: Happening[] = [];
  let last = 0;
  for (const [iteration, lambda] of (track.lambdas ?? []).entries()) {
    if (!lambda) continue; // 0 while a mask grows, or gets its work back
    if (lambda < 0) {
      if (last === 0) {
        found.push({ iteration, kind: "push", words: "stalled: λ < 0 rewards showing more" });
      }
      last = Math.min(last, lambda);
      continue;
    }
    if (last <= 0 && iteration > 1) {
      found.push({ iteration, kind: "sparsity", words: "the mask does its work; λ sets in" });
    } else if (lambda < LOWERED * last) {
      found.push({ iteration, kind: "lowered", words: `λ lowered to ${lambda.toExponential(1)}` });
    }
    last = lambda;
  }
  if (track.stopped === "converged" && !running) {
    const words = "early stop: nothing changed any more";
    found.push({ iteration: track.scores.length - 1, kind: "end", words });
  }
  return found;
}
