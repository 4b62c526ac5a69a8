/**
 * Viridis (Smith & van der Walt, CC0): perceptually uniform, monotone in lightness, and readable with
 * every common color vision deficiency. 33 of its 256 colors, the rest by straight lines: within
 * 3 levels of the full table.
 */
const ANCHORS =
  "440154470d6048186a482374472d7b4537814240863e49893b528b375b8d33638d" +
  "2f6b8e2c728e297a8e26828e23898e21918c1f978b1f9f8821a68527ad8131b57b" +
  "3dbc744cc26c5cc8636ece5881d34d95d840aadc32c0df25d5e21aeae51afde725";

const SEGMENTS = 32;

/** 256 colors as RGB triplets: color i begins at 3·i. */
export const VIRIDIS: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 256 * 3 }, (_, k) => {
  const position = (Math.floor(k / 3) / 255) * SEGMENTS;
  const left = Math.min(SEGMENTS - 1, Math.floor(position));
  const [a, b] = [anchor(left, k % 3), anchor(left + 1, k % 3)];
  return Math.round(a + (b - a) * (position - left));
});

function anchor(index: number, channel: number): number {
  const at = index * 6 + channel * 2;
  return Number.parseInt(ANCHORS.slice(at, at + 2), 16);
}

/** The map's colors at equal distances, for a legend that shows the very same. */
const STOPS: readonly string[] = /* @__PURE__ */ stops();
function stops() {
  return Array.from({ length: SEGMENTS + 1 }, (_, i) => `#${ANCHORS.slice(i * 6, i * 6 + 6)}`);
}

/** The map in CSS. */
export function gradient(): string {
  return `linear-gradient(to right, ${STOPS.join(", ")})`;
}

/** The map on a canvas, from one place along a row to another. */
export function scaleOn(context: CanvasRenderingContext2D, from: number, to: number) {
  const scale = context.createLinearGradient(from, 0, to, 0);
  for (const [k, stop] of STOPS.entries()) scale.addColorStop(k / SEGMENTS, stop);
  return scale;
}
