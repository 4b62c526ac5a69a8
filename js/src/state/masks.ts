/** What can be said of a mask, and what a person makes of it, purely. */
import type { Frame } from "../kernel/frame";

/** Bins of the histogram; the first holds the values up to 1/32. */
export const BINS = 32;

export interface Counts {
  /** Number of mask values (pixels × channels) in each bin. */
  bins: number[];
  /** kept[t]: share of the pixels with a value of at least t (in 255ths) in any channel. */
  kept: Float32Array;
}

const counts = new WeakMap<Frame, Counts>();

export function count(mask: Frame): Counts {
  const known = counts.get(mask);
  if (known) return known;
  const size = mask.height * mask.width;
  const [data, s] = [mask.data, mask.channels === 1 ? 0 : size];
  const values = new Uint32Array(256);
  const largest = new Uint32Array(256);
  for (let i = 0; i < size; i++) {
    const [r, g, b] = [data[i] as number, data[i + s] as number, data[i + 2 * s] as number];
    (values[r] as number)++;
    (values[g] as number)++;
    (values[b] as number)++;
    const most = r > g ? (r > b ? r : b) : g > b ? g : b;
    (largest[most] as number)++;
  }
  const bins = Array.from({ length: BINS }, () => 0);
  for (const [value, n] of values.entries()) (bins[(value * BINS) >> 8] as number) += n;
  const kept = new Float32Array(257);
  for (let t = 255, sum = 0; t >= 0; t--) {
    sum += largest[t] as number;
    kept[t] = sum / size;
  }
  const counted = { bins, kept };
  counts.set(mask, counted);
  return counted;
}

/** The mean of a mask, in [0, 1]. */
export function meanOf({ data }: Pick<Frame, "data">): number {
  let sum = 0;
  for (const value of data) sum += value;
  return sum / 255 / data.length;
}

const cuts = new WeakMap<Frame, { least: number; mask: Frame }>();

/** The mask with every value below `least` (1..255) at 0; the mask itself for 0. */
export function thresholded(mask: Frame, least: number): Frame {
  if (least <= 0) return mask;
  const known = cuts.get(mask);
  if (known?.least === least) return known.mask;
  const data = mask.data.map((value) => (value < least ? 0 : value));
  // Nobody has asked the net about this one.
  const cut = { ...mask, data, score: Number.NaN, mean: meanOf({ data }) };
  cuts.set(mask, { least, mask: cut });
  return cut;
}

/** 1 − m: everything but what is shown. */
export function rest(mask: Frame): Frame {
  return { ...mask, data: mask.data.map((value) => 255 - value) };
}

export interface Brush {
  /** erase: nothing is shown; restore: what the explanation shows; reveal: the image. */
  mode: "erase" | "restore" | "reveal";
  /** In image pixels. */
  radius: number;
  /** Which of the color channels it touches. */
  channels: readonly [boolean, boolean, boolean];
}

/** The brush's radius at first and at most, in whole image pixels: shares of the shorter side. */
export function radii(width: number, height: number): { first: number; most: number } {
  const share = (of: number) => Math.max(1, Math.round(of * Math.min(width, height)));
  return { first: share(0.027), most: share(0.18) };
}

/**
 * Draw a straight stroke of the brush into `data` (3, H, W), from the explanation's own `source`.
 * A pixel belongs to it if its middle does.
 */
export function stroke(
  data: Uint8Array,
  source: Frame,
  brush: Brush,
  from: { x: number; y: number },
  to: { x: number; y: number },
): void {
  const { height, width } = source;
  const size = height * width;
  const reach = Math.max(0.5, brush.radius);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const range = (a: number, b: number, end: number) => [
    Math.max(0, Math.floor(Math.min(a, b) - reach)),
    Math.min(end - 1, Math.ceil(Math.max(a, b) + reach)),
  ];
  const [x0, x1] = range(from.x, to.x, width) as [number, number];
  const [y0, y1] = range(from.y, to.y, height) as [number, number];
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const along = length === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / length;
      const t = Math.min(1, Math.max(0, along));
      const [ex, ey] = [x - from.x - t * dx, y - from.y - t * dy];
      if (ex * ex + ey * ey > reach * reach) continue;
      for (let c = 0; c < 3; c++) {
        if (!brush.channels[c]) continue;
        const i = c * size + y * width + x;
        data[i] =
          brush.mode === "erase" ? 0 : brush.mode === "reveal" ? 255 : (source.data[i] as number);
      }
    }
  }
}

const ROWS = ["upper", "middle", "lower"];
const COLUMNS = ["left", "center", "right"];

const places = new WeakMap<Frame, string>();

/** Where most of the mask lies, in words, and which color of it: for those who cannot see it. */
export function whereabouts(mask: Frame): string {
  const known = places.get(mask) ?? whereaboutsOf(mask);
  places.set(mask, known);
  return known;
}

function whereaboutsOf(mask: Frame): string {
  const cells = new Float64Array(9);
  const colors = new Float64Array(3);
  const third = (k: number, size: number) => Math.ceil((k * size) / 3);
  for (let c = 0, i = 0; c < mask.channels; c++) {
    for (let y = 0; y < mask.height; y++) {
      const row = 3 * Math.floor((3 * y) / mask.height);
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        const end = third(k + 1, mask.width) - third(k, mask.width);
        for (let x = 0; x < end; x++) sum += mask.data[i++] as number;
        cells[row + k] = (cells[row + k] as number) + sum;
        colors[c] = (colors[c] as number) + sum;
      }
    }
  }
  const total = cells.reduce((sum, value) => sum + value, 0);
  if (total === 0) return "no evidence";
  const named = [...cells]
    .map((value, k) => ({ share: value / total, name: cellName(k) }))
    .sort((a, b) => b.share - a.share);
  const most = named.filter(({ share }, k) => k === 0 || share >= 0.2).slice(0, 3);
  const words = most.map(({ name, share }) => `${name} ${Math.round(100 * share)}%`).join(", ");
  const color = [...colors].map((value) => value / total);
  const top = color.indexOf(Math.max(...color));
  const strong = (color[top] as number) >= 0.4 ? `, mostly in ${COLOR_NAMES[top]}` : "";
  return `where it lies: ${words}${strong}`;
}

const COLOR_NAMES = ["red", "green", "blue"];

function cellName(k: number): string {
  const [row, column] = [ROWS[Math.floor(k / 3)] as string, COLUMNS[k % 3] as string];
  if (k === 4) return "center";
  return k % 3 === 1 ? row : `${row} ${column}`;
}
