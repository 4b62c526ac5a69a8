/**
 * The connected parts of the evidence, purely: the one around a click, and those to propose as
 * findings. The same rules as in findings/proposals.py.
 */
import type { Frame } from "../kernel/frame";
import type { Grid } from "./grid";

export interface Choice {
  /** Least mask value that counts as shown, in 255ths, 1 or more. */
  least: number;
  /** Which color channels count; all where it is null. */
  channel: 0 | 1 | 2 | null;
  /** Parts with at most so many pixels between them, along each side, are one. 0: pixels that touch. */
  gap: number;
}

export interface Proposing extends Choice {
  /** Pixels of the smallest part. */
  area: number;
  /** Least share of the evidence that a part holds, in [0, 1]. */
  share: number;
  /** Number of parts at most. */
  most: number;
}

/** Share of the evidence that an automatic threshold leaves above it, or a little more: in tenths. */
const HELD = 4;

/** What is proposed where nobody has chosen otherwise. */
export function proposing(mask: Frame, channel: Choice["channel"], least: number): Proposing {
  return { ...choiceOf(mask, channel, least), area: 1, share: 0.03, most: 8 };
}

/** @param least a person's threshold; 0 where there is none. */
export function choiceOf(mask: Frame, channel: Choice["channel"], least: number): Choice {
  return { least: least || automatic(mask, channel), channel, gap: 2 };
}

const thresholds = new WeakMap<Frame, { channel: Choice["channel"]; least: number }>();

/**
 * The largest value such that those from it on hold 40% of the evidence, or 1: masks differ in
 * contrast, and one threshold finds nothing on some photos and all on others.
 */
export function automatic(mask: Frame, channel: Choice["channel"]): number {
  const known = thresholds.get(mask);
  if (known?.channel === channel) return known.least;
  const sums = new Float64Array(256);
  const size = mask.height * mask.width;
  for (let c = 0; c < mask.channels; c++) {
    if (!counted(mask, channel, c)) continue;
    for (const value of mask.data.subarray(c * size, (c + 1) * size)) {
      sums[value] = (sums[value] as number) + value;
    }
  }
  const total = sums.reduce((sum, each) => sum + each, 0);
  let least = 255;
  for (let held = sums[255] as number; least > 1 && 10 * held < HELD * total; ) {
    held += sums[--least] as number;
  }
  thresholds.set(mask, { channel, least });
  return least;
}

const counted = ({ channels }: Frame, channel: Choice["channel"], c: number) =>
  channel === null || channels === 1 || c === channel;

export interface Part {
  grid: Grid;
  pixels: number;
  /** Share of the mask's total in the chosen channels, in [0, 1]. */
  share: number;
}

interface Labeled {
  key: string;
  sums: Uint16Array;
  /** Number of the part that a pixel belongs to, from 1 in the order of their first pixels; 0 for none. */
  labels: Int32Array;
  count: number;
  /** Those that were asked for. */
  grids: Map<number, Grid>;
}

const last = new WeakMap<Frame, Labeled>();

/** Labeled once, not with every move of the pointer. */
function labeled(mask: Frame, choice: Choice): Labeled {
  const key = `${choice.least} ${choice.channel} ${choice.gap}`;
  const known = last.get(mask);
  if (known?.key === key) return known;
  const { shown, sums } = shownOf(mask, choice);
  const grids = new Map<number, Grid>();
  const made = { key, sums, grids, ...label(shown, mask.height, mask.width, choice.gap) };
  last.set(mask, made);
  return made;
}

/** Which pixels are shown, as 1; and what each holds in the chosen channels together. */
function shownOf(mask: Frame, { least, channel }: Choice) {
  const size = mask.height * mask.width;
  const shown = new Uint8Array(size);
  const sums = new Uint16Array(size);
  const floor = Math.max(1, least);
  for (let c = 0; c < mask.channels; c++) {
    if (!counted(mask, channel, c)) continue;
    for (let i = 0, k = c * size; i < size; i++, k++) {
      const value = mask.data[k] as number;
      if (value >= floor) shown[i] = 1;
      sums[i] = (sums[i] as number) + value;
    }
  }
  return { shown, sums };
}

/**
 * Two shown pixels belong together where no more than `gap` pixels lie between them along each side: every
 * pixel grows by so many to the right and below, and what then touches, also at a corner, is one.
 */
function label(shown: Uint8Array, height: number, width: number, gap: number) {
  const [across, down] = [width + gap, height + gap];
  const grown = new Uint8Array(across * down);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!shown[y * width + x]) continue;
      for (let dy = 0; dy <= gap; dy++) {
        const from = (y + dy) * across + x;
        grown.fill(1, from, from + gap + 1);
      }
    }
  }
  const labels = new Int32Array(height * width);
  const open: number[] = [];
  let count = 0;
  for (let first = 0; first < labels.length; first++) {
    if (!shown[first] || labels[first]) continue;
    count++;
    const begin = Math.floor(first / width) * across + (first % width);
    grown[begin] = 0;
    open.push(begin);
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      const [x, y] = [i % across, Math.floor(i / across)];
      if (x < width && y < height && shown[y * width + x]) labels[y * width + x] = count;
      for (let v = Math.max(0, y - 1); v <= Math.min(down - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(across - 1, x + 1); u++) {
          const next = v * across + u;
          if (!grown[next]) continue;
          grown[next] = 0;
          open.push(next);
        }
      }
    }
  }
  return { labels, count };
}

/** The parts worth proposing, those that hold most of the evidence first. */
export function parts(mask: Frame, wanted: Proposing): Part[] {
  const found = labeled(mask, wanted);
  const { labels, count, sums } = found;
  const pixels = new Uint32Array(count + 1);
  const held = new Float64Array(count + 1);
  let total = 0;
  for (const [i, part] of labels.entries()) {
    total += sums[i] as number;
    pixels[part] = (pixels[part] as number) + 1;
    held[part] = (held[part] as number) + (sums[i] as number);
  }
  const ranked = Array.from({ length: count }, (_, k) => k + 1)
    .filter((part) => (pixels[part] as number) >= wanted.area)
    .filter((part) => (held[part] as number) >= wanted.share * total)
    .sort((a, b) => (held[b] as number) - (held[a] as number) || a - b)
    .slice(0, wanted.most);
  return ranked.map((part) => ({
    grid: gridOf(found, part, mask),
    pixels: pixels[part] as number,
    share: (held[part] as number) / total,
  }));
}

/**
 * The part around a place, in continuous pixels, or around the nearest pixel that is shown within
 * `reach`; null where there is none.
 */
export function partAt(
  mask: Frame,
  choice: Choice,
  at: { x: number; y: number },
  reach: number,
): Grid | null {
  const found = labeled(mask, choice);
  const first = nearest(found.labels, mask, at, reach);
  return first === null ? null : gridOf(found, found.labels[first] as number, mask);
}

function nearest(
  shown: Int32Array,
  mask: Frame,
  at: { x: number; y: number },
  reach: number,
): number | null {
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, off] of around(mask, at, reach)) {
    if (shown[i] && off < least) [best, least] = [i, off];
  }
  return best;
}

/** The most that a mask has around a place, as `partAt` looks for it, in 255ths. */
export function mostAt(
  mask: Frame,
  channel: Choice["channel"],
  at: { x: number; y: number },
  reach: number,
): number {
  let most = 0;
  const size = mask.height * mask.width;
  for (const [i] of around(mask, at, reach)) {
    for (let c = 0; c < mask.channels; c++) {
      if (counted(mask, channel, c)) most = Math.max(most, mask.data[c * size + i] as number);
    }
  }
  return most;
}

/** The pixels within reach of a place, each with its distance; the one that it is in is at none. */
function* around(
  { height, width }: Frame,
  { x, y }: { x: number; y: number },
  reach: number,
): Generator<[i: number, off: number]> {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  for (let v = Math.max(0, Math.floor(y - reach)); v <= Math.min(height - 1, y + reach); v++) {
    for (let u = Math.max(0, Math.floor(x - reach)); u <= Math.min(width - 1, x + reach); u++) {
      const off = u === column && v === row ? 0 : Math.hypot(u + 0.5 - x, v + 0.5 - y);
      if (off <= reach) yield [v * width + u, off];
    }
  }
}

function gridOf({ labels, grids }: Labeled, part: number, { height, width }: Frame): Grid {
  const known = grids.get(part);
  if (known) return known;
  const made = { height, width, data: Uint8Array.from(labels, (each) => Number(each === part)) };
  grids.set(part, made);
  return made;
}
