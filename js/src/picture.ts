/**
 * Pixels, purely: every function takes planar uint8 frames and fills interleaved RGBA, opaque.
 * The integers of `evidence` are the kernel's own (explanation.py), so both sides agree exactly.
 */
import { VIRIDIS } from "./colormap";
import type { Frame } from "./protocol";

export type Rgb = readonly [number, number, number];
export type View = "evidence" | "mask" | "heat" | "overlay" | "image";
export const VIEWS: readonly View[] = ["evidence", "mask", "heat", "overlay", "image"];

/** Everything a picture is made of, all of one height and width. */
export interface Scene {
  image: Frame;
  reference: Frame;
  mask: Frame | null;
}

/** Offset of channel `c` in a frame; a frame of one channel is gray and answers for all three. */
function plane(frame: Frame, c: number): number {
  return frame.channels === 1 ? 0 : c * frame.height * frame.width;
}

/** One channel of the evidence: m·x + (1−m)·r in integers, rounded to the nearest. */
export function blend(m: number, x: number, r: number): number {
  return Math.floor((m * x + (255 - m) * r + 127) / 255);
}

function fill(
  out: Uint8ClampedArray,
  pixels: number,
  value: (c: number) => (i: number) => number,
): void {
  for (let c = 0; c < 3; c++) {
    const at = value(c);
    for (let i = 0, o = c; i < pixels; i++, o += 4) out[o] = at(i);
  }
  for (let o = 3; o < pixels * 4; o += 4) out[o] = 255;
}

/** The evidence e = m·x + (1−m)·r, what the net saw when it gave the score. */
export function evidence(scene: Scene, out: Uint8ClampedArray): void {
  const { image, reference, mask } = scene;
  if (!mask) {
    original(scene, out);
    return;
  }
  fill(out, image.height * image.width, (c) => {
    const [x, m, r] = [plane(image, c), plane(mask, c), plane(reference, c)];
    const [xs, ms, rs] = [image.data, mask.data, reference.data];
    return (i) => blend(ms[m + i] as number, xs[x + i] as number, rs[r + i] as number);
  });
}

/** The mask's three channels as a color: white where everything is shown. */
export function maskColors(scene: Scene, out: Uint8ClampedArray): void {
  const { image, mask } = scene;
  fill(out, image.height * image.width, (c) => {
    if (!mask) return () => 0;
    const m = plane(mask, c);
    return (i) => mask.data[m + i] as number;
  });
}

/** The mask's mean over the channels on a fixed [0, 1] scale: equal colors mean equal values. */
export function heat(scene: Scene, out: Uint8ClampedArray): void {
  const { image, mask } = scene;
  const [r, g, b] = [0, 1, 2].map((c) => (mask ? plane(mask, c) : 0)) as [number, number, number];
  const data = mask?.data;
  fill(out, image.height * image.width, (c) => (i) => {
    const mean = data
      ? Math.round(
          ((data[r + i] as number) + (data[g + i] as number) + (data[b + i] as number)) / 3,
        )
      : 0;
    return VIRIDIS[mean * 3 + c] as number;
  });
}

/** The evidence with the image, gray and dimmed, in place of the reference: shows where it lies. */
export function overlay(scene: Scene, out: Uint8ClampedArray): void {
  const { image, mask } = scene;
  const xs = image.data;
  const [r, g, b] = [0, 1, 2].map((c) => plane(image, c)) as [number, number, number];
  fill(out, image.height * image.width, (c) => {
    const x = plane(image, c);
    const m = mask ? plane(mask, c) : 0;
    return (i) => {
      // Rec. 601 luma, compressed toward a middle gray so that colored evidence stands out.
      const luma =
        0.299 * (xs[r + i] as number) +
        0.587 * (xs[g + i] as number) +
        0.114 * (xs[b + i] as number);
      const dim = Math.round(30 + 0.42 * luma);
      return blend(mask ? (mask.data[m + i] as number) : 0, xs[x + i] as number, dim);
    };
  });
}

/** The image as the net sees it. */
export function original(scene: Scene, out: Uint8ClampedArray): void {
  const { image } = scene;
  fill(out, image.height * image.width, (c) => {
    const x = plane(image, c);
    return (i) => image.data[x + i] as number;
  });
}

export const PAINTERS: Record<View, (scene: Scene, out: Uint8ClampedArray) => void> = {
  evidence,
  mask: maskColors,
  heat,
  overlay,
  image: original,
};

/** Whether anything at all is shown. */
export function isEmpty(mask: Frame): boolean {
  return mask.data.every((value) => value === 0);
}

/** What there is to say about one pixel; mask values in [0, 1], colors in 0..255. */
export interface Pixel {
  x: number;
  y: number;
  image: Rgb;
  mask: Rgb | null;
  evidence: Rgb | null;
}

export function pixelAt(scene: Scene, x: number, y: number): Pixel {
  const read = (frame: Frame): Rgb => {
    const i = y * frame.width + x;
    return [0, 1, 2].map((c) => frame.data[plane(frame, c) + i] ?? 0) as unknown as Rgb;
  };
  const image = read(scene.image);
  if (!scene.mask) return { x, y, image, mask: null, evidence: null };
  const m = read(scene.mask);
  const r = read(scene.reference);
  const shown = [0, 1, 2].map((c) => blend(m[c] as number, image[c] as number, r[c] as number));
  return {
    x,
    y,
    image,
    mask: m.map((value) => value / 255) as unknown as Rgb,
    evidence: shown as unknown as Rgb,
  };
}
