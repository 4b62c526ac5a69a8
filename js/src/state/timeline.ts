/** Which iteration a slider value or a key means, given the keyframes that exist. */
import type { Progress, Status } from "../kernel/contract";

/** The entry of ascending `frames` nearest to `value` (the earlier of two equally near, as in the kernel), or -1. */
export function nearest(frames: readonly number[], value: number): number {
  // Not by distance alone: every distance to infinity, "the newest", is the same.
  const after = frames.find((frame) => frame >= value);
  const before = frames.findLast((frame) => frame <= value);
  if (after === undefined) return before ?? -1;
  return before !== undefined && value - before <= after - value ? before : after;
}

/**
 * Where a key press on the slider leads: the previous or next keyframe, about a tenth of them
 * further for the page keys, the first or the last. Null where the key is not the slider's.
 */
export function step(frames: readonly number[], value: number, key: string): number | null {
  const first = frames[0];
  const last = frames.at(-1);
  if (first === undefined || last === undefined) return null;
  const page = Math.max(1, Math.round(frames.length / 10));
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return frames.find((frame) => frame > value) ?? last;
    case "ArrowLeft":
    case "ArrowDown":
      return frames.findLast((frame) => frame < value) ?? first;
    case "PageUp":
      return frames.filter((frame) => frame > value)[page - 1] ?? last;
    case "PageDown":
      return frames.filter((frame) => frame < value).at(-page) ?? first;
    case "Home":
      return first;
    case "End":
      return last;
    default:
      return null;
  }
}

/**
 * Keyframes in the order worth fetching: the ends, then the middle, then the middles between, so
 * that the slider is usable everywhere before it is exact anywhere.
 */
export function coarseToFine(frames: readonly number[]): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const take = (index: number) => {
    const frame = frames[index];
    if (frame === undefined || seen.has(frame)) return;
    seen.add(frame);
    order.push(frame);
  };
  take(frames.length - 1);
  take(0);
  for (let parts = 2; seen.size < new Set(frames).size; parts *= 2) {
    for (let part = 1; part < parts; part += 2) {
      take(Math.round((part * (frames.length - 1)) / parts));
    }
  }
  return order;
}

/**
 * How far the run is: while it goes on, of how many iterations; afterwards how many the class drawn
 * has. A run may end early, and one beside it or of another class may be longer.
 */
export function howFar(
  status: Status,
  { iteration, iterations }: Pick<Progress, "iteration" | "iterations">,
  last: number | undefined,
): string {
  if (status === "running") return `${iteration} / ${iterations}`;
  const made = last ?? iteration;
  if (status !== "done" && made < iterations) return `${made} / ${iterations}`;
  return `${made} iteration${made === 1 ? "" : "s"}`;
}
