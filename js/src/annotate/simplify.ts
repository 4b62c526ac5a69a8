/** Lines of fewer points, purely (Douglas and Peucker, 1973). */
import type { Place, Ring } from "./grid";
import { distance } from "./region";

/** A closed line with fewer points: none that is left out is farther than `most` from what stays. */
export function simplified(ring: Ring, most: number): Ring {
  if (ring.length <= 3) return ring;
  // A closed line has no ends: it is cut at its first point and at the one farthest from there.
  const from = ring[0] as Place;
  const away = ring.map(([x, y]) => Math.hypot(x - from[0], y - from[1]));
  const far = away.indexOf(Math.max(0, ...chunked(away)));
  const keep = new Uint8Array(ring.length + 1);
  keep[0] = keep[far] = 1;
  const at = (k: number) => ring[k % ring.length] as Place;
  // A stack rather than calls of itself: a line may have 100,000 points.
  const spans: [number, number][] = [
    [0, far],
    [far, ring.length],
  ];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    let [worst, least] = [0, most];
    for (let k = first + 1; k < last; k++) {
      const off = distance(at(k), at(first), at(last));
      if (off > least) [worst, least] = [k, off];
    }
    if (worst === 0) continue;
    keep[worst] = 1;
    spans.push([first, worst], [worst, last]);
  }
  return ring.filter((_, k) => keep[k] === 1);
}

/** The largest of each thousand: a call takes no 100,000 arguments. */
function chunked(values: readonly number[]): number[] {
  const found: number[] = [];
  for (let k = 0; k < values.length; k += 1000) found.push(Math.max(...values.slice(k, k + 1000)));
  return found;
}
