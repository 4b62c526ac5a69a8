/**
 * Pixels, purely: planar uint8 frames in, interleaved RGBA out, opaque. The evidence is computed in
 * the kernel's own integers (xwidget/pixels.py), so both sides agree exactly.
 */

import type { Frame } from "../kernel/frame";
import { VIRIDIS } from "./colormap";
import { DARK, LIGHT, wash } from "./paper";

export type Rgb = readonly [number, number, number];
/** `paper` is what the net is left with, on paper; `rest` is the other part of the image. */
export type View = "paper" | "evidence" | "mask" | "heat" | "overlay" | "image" | "rest";
export const VIEWS: readonly View[] = [
  ...(["paper", "evidence", "mask", "heat", "overlay", "image", "rest"] as const),
];

/** How a scene is looked at; none of it changes a value that is read out or exported. */
export interface Look {
  /** The one color channel that is seen, as gray; null for all in their colors. */
  channel: 0 | 1 | 2 | null;
  /** What mask values are multiplied by, up to 1, to make faint evidence visible. */
  boost: number;
  /** Whether paper is dark. */
  dark: boolean;
  /** Whether the mask says what is taken away (deletion, repression). */
  takes: boolean;
}

export const CHANNELS = ["red", "green", "blue"] as const;
export const LETTERS = ["R", "G", "B"] as const;
/** What mask values may be multiplied by. */
export const BOOSTS: readonly number[] = [1, 2, 4, 8];
export const PLAIN: Look = { channel: null, boost: 1, dark: false, takes: false };

/** What is drawn in place of a view of a mask: an attribution, say. */
export interface Figure {
  /** Fill interleaved RGBA with its pixels, from `first` on as many as there is room for. */
  paint(out: Uint8ClampedArray, look: Look, first?: number): void;
  /** 1 where all color channels share a value, else 3. */
  channels: number;
  /** The value of a pixel in a channel, or what is drawn for all of them, as it is written; `short` on a pixel. */
  read(pixel: number, channel: Look["channel"], short?: boolean): string;
}

/** Everything a picture is made of, all of one height and width. */
export interface Scene {
  image: Frame;
  reference: Frame;
  /** In the reference's place in the overlay: see `dimmed`. */
  dim: Frame;
  mask: Frame | null;
  /** Drawn in the mask's place. */
  figure?: Figure;
}

/** Distance between a frame's channels; one of a single channel is gray and answers for all. */
function stride(frame: Frame): number {
  return frame.channels === 1 ? 0 : frame.height * frame.width;
}

/** One channel of the evidence: m·x + (1−m)·r in integers, rounded to the nearest. */
export function blend(m: number, x: number, r: number): number {
  const t = m * x + (255 - m) * r + 127;
  // Exactly floor(t / 255) for these t, without a division.
  return (t + 1 + (t >> 8)) >> 8;
}

// The loops below are plain on purpose: a closure per value costs a large picture its frame rate.

function mix(image: Frame, reference: Frame, mask: Frame, out: Uint8ClampedArray): void {
  const [xs, rs, ms] = [image.data, reference.data, mask.data];
  const [x, r, m] = [stride(image), stride(reference), stride(mask)];
  for (let i = 0, o = 0; o < out.length; i++, o += 4) {
    out[o] = blend(ms[i] as number, xs[i] as number, rs[i] as number);
    out[o + 1] = blend(ms[i + m] as number, xs[i + x] as number, rs[i + r] as number);
    out[o + 2] = blend(ms[i + 2 * m] as number, xs[i + 2 * x] as number, rs[i + 2 * r] as number);
    out[o + 3] = 255;
  }
}

function copy(frame: Frame, out: Uint8ClampedArray): void {
  const [data, s] = [frame.data, stride(frame)];
  for (let i = 0, o = 0; o < out.length; i++, o += 4) {
    out[o] = data[i] as number;
    out[o + 1] = data[i + s] as number;
    out[o + 2] = data[i + 2 * s] as number;
    out[o + 3] = 255;
  }
}

/** The mask's mean over the channels on a fixed [0, 1] scale: equal colors mean equal values. */
function heat(mask: Frame, out: Uint8ClampedArray): void {
  const [data, s] = [mask.data, stride(mask)];
  for (let i = 0, o = 0; o < out.length; i++, o += 4) {
    const sum = (data[i] as number) + (data[i + s] as number) + (data[i + 2 * s] as number);
    const color = 3 * Math.round(sum / 3);
    out[o] = VIRIDIS[color] as number;
    out[o + 1] = VIRIDIS[color + 1] as number;
    out[o + 2] = VIRIDIS[color + 2] as number;
    out[o + 3] = 255;
  }
}

/**
 * The image gray and darkened. In place of the reference it makes the overlay: the evidence keeps
 * its colors, and the eye sees where in the image it lies.
 */
export function dimmed(image: Frame): Frame {
  const size = image.height * image.width;
  const gray = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const [r, g, b] = rgbAt(image, i);
    // Rec. 601 luma, compressed so that neither black nor white competes with the evidence.
    gray[i] = Math.round(30 + 0.42 * (0.299 * r + 0.587 * g + 0.114 * b));
  }
  return { ...image, channels: 1, data: gray };
}

/** One channel of a frame as a gray frame of its own; it shares the memory. */
export function alone<F extends Frame | null>(frame: F, channel: Look["channel"]): F {
  if (!frame || channel === null || frame.channels === 1) return frame;
  const size = frame.height * frame.width;
  const data = frame.data.subarray(channel * size, (channel + 1) * size);
  return { ...frame, channels: 1, data };
}

const boosts = new WeakMap<Frame, { boost: number; mask: Frame }>();

/** A mask with its values multiplied, to be drawn and nothing else. */
export function boosted(mask: Frame, boost: number): Frame {
  if (boost === 1) return mask;
  const known = boosts.get(mask);
  if (known?.boost === boost) return known.mask;
  const larger = { ...mask, data: new Uint8Array(mask.data.length) };
  const values = Uint8ClampedArray.from({ length: 256 }, (_, value) => value * boost);
  for (let i = 0; i < mask.data.length; i++) {
    larger.data[i] = values[mask.data[i] as number] as number;
  }
  boosts.set(mask, { boost, mask: larger });
  return larger;
}

/** A scene as it is looked at. */
function seen(scene: Scene, { channel, boost }: Look): Scene {
  if (channel === null && boost === 1) return scene;
  return {
    image: alone(scene.image, channel),
    reference: alone(scene.reference, channel),
    dim: scene.dim,
    mask: scene.mask && alone(boosted(scene.mask, boost), channel),
  };
}

/** Fill interleaved RGBA with a view; before there is a mask, every view is the image. */
export function paint(view: View, of: Scene, out: Uint8ClampedArray, look = PLAIN): void {
  const { image, reference, dim, mask } = seen(of, look);
  if (of.figure && view !== "image") of.figure.paint(out, look);
  else if (!mask || view === "image") copy(image, out);
  else if (view === "paper" || view === "rest") {
    wash(image, mask, look.dark ? DARK : LIGHT, isRest(view, look.takes), out);
  } else if (view === "evidence") mix(image, reference, mask, out);
  else if (view === "overlay") mix(image, dim, mask, out);
  else if (view === "mask") copy(mask, out);
  else heat(mask, out);
}

/** Whether anything at all is shown. */
export function isEmpty(mask: Frame): boolean {
  for (const value of mask.data) if (value > 0) return false;
  return true;
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
  const i = y * scene.image.width + x;
  const image = rgbAt(scene.image, i);
  if (!scene.mask) return { x, y, image, mask: null, evidence: null };
  const mask = rgbAt(scene.mask, i);
  const reference = rgbAt(scene.reference, i);
  return {
    x,
    y,
    image,
    mask: each((c) => mask[c] / 255),
    evidence: each((c) => blend(mask[c], image[c], reference[c])),
  };
}

/** Whether a view shows the part of the image that is not the evidence. */
export function isRest(view: View, takes: boolean): boolean {
  return (view === "paper" && takes) || (view === "rest" && !takes);
}

/** The color of a pixel without the evidence: the reference where the evidence is. */
export function remains(scene: Scene, x: number, y: number): Rgb {
  const i = y * scene.image.width + x;
  const [image, reference] = [rgbAt(scene.image, i), rgbAt(scene.reference, i)];
  const mask = scene.mask ? rgbAt(scene.mask, i) : ([0, 0, 0] as const);
  return each((c) => blend(255 - mask[c], image[c], reference[c]));
}

function rgbAt(frame: Frame, i: number): Rgb {
  return each((c) => frame.data[i + c * stride(frame)] as number);
}

function each(value: (c: 0 | 1 | 2) => number): Rgb {
  return [value(0), value(1), value(2)];
}

/** The color in which a view draws a pixel (on paper that is not hatched). */
export function colorAt(view: View, scene: Scene, look: Look, x: number, y: number): Rgb {
  const i = y * scene.image.width + x;
  const one = (frame: Frame): Frame => ({
    ...frame,
    ...{ channels: 3, height: 1, width: 1 },
    data: Uint8Array.from(rgbAt(frame, i)),
  });
  const { image, reference, dim, mask, figure } = scene;
  const out = new Uint8ClampedArray(4);
  if (figure) {
    figure.paint(out, look, i);
    return each((c) => out[c] as number);
  }
  const pixel = { image: one(image), reference: one(reference), dim: one(dim) };
  paint(view, { ...pixel, mask: mask && one(mask) }, out, look);
  return each((c) => out[c] as number);
}
