/** Values of a pane for one class, and the place of each pixel by them; as the command `values` brings them. */
import type { Replies } from "../../kernel/contract";

export interface Values {
  /** What they are: another number, another picture. */
  seq: number;
  /** Of a value that is written 32767: 1 for values in [0, 1], the largest magnitude of signed ones. */
  scale: number;
  signed: boolean;
  /** 3 for a value a color channel, 1 for one for all; 0 where there are none, as of our own evidence. */
  channels: number;
  height: number;
  width: number;
  /** Channel, row, column: shares of the scale, in 32767ths. */
  data: Int16Array<ArrayBuffer>;
  /** How many pixels are more relevant, in 65536ths of all; rounded down. */
  places: Uint16Array<ArrayBuffer>;
}

/** What a value of 1, or of the scale, is written as. */
export const ONE = 32767;
const ALL = 65536;

type Said = Pick<Replies["values"], "seq" | "scale" | "signed" | "channels" | "height" | "width">;

/** Read the bytes that came; throws an error in words where they are not what was said. */
export function decodeValues(said: Said, bytes: DataView | null): Values {
  const { seq, scale, signed, channels, height, width } = said;
  const pixels = height * width;
  const expected = 2 * (channels + 1) * pixels;
  if (!bytes || bytes.byteLength !== expected) {
    throw new Error(
      `values of ${channels}×${height}×${width} came in ${bytes?.byteLength ?? 0} bytes, expected ${expected}`,
    );
  }
  // Copied: an array of these needs an even place, and must not keep a whole message alive.
  const from = bytes.byteOffset;
  const copy = bytes.buffer.slice(from, from + expected) as ArrayBuffer;
  return {
    ...{ seq, scale, signed, channels, height, width },
    data: new Int16Array(copy, 0, channels * pixels),
    places: new Uint16Array(copy, 2 * channels * pixels),
  };
}

/** Bytes that values take. */
export function bytesOf({ data, places }: Values): number {
  return data.byteLength + places.byteLength;
}

/** 255 for the top share of the pixels and 0 for the others, the same in all three channels. */
export function topShare({ places }: Pick<Values, "places">, share: number) {
  const size = places.length;
  const mask = new Uint8Array(3 * size);
  const end = share * ALL;
  for (let i = 0; i < size; i++) {
    if ((places[i] as number) < end) mask[i] = 255;
  }
  mask.copyWithin(size, 0, size);
  mask.copyWithin(2 * size, 0, size);
  return mask;
}

/** Sums of values over the channels: the most that these can be. */
const MOST = 3 * ONE;

/**
 * Where each pixel stands, the largest sum first. Equal ones come in an order that is spread over the
 * picture, always the same: of a sparse one the rest would otherwise be shown from its first row on.
 */
export function placesOf(sums: Int32Array): Uint16Array<ArrayBuffer> {
  const size = sums.length;
  // How many are larger, by value; one pass counts them, the next gives places.
  const next = new Uint32Array(2 * MOST + 2);
  for (const sum of sums) next[MOST - sum + 1] = (next[MOST - sum + 1] as number) + 1;
  for (let k = 1; k < next.length; k++) {
    next[k] = (next[k] as number) + (next[k - 1] as number);
  }
  const places = new Uint16Array(size);
  const step = strideOf(size);
  for (let k = 0, i = 0; k < size; k++, i = (i + step) % size) {
    const at = MOST - (sums[i] as number);
    const place = next[at] as number;
    next[at] = place + 1;
    places[i] = Math.floor((place * ALL) / size);
  }
  return places;
}

/** A step that comes by every pixel once, far from the one before. */
function strideOf(size: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = Math.max(1, Math.round(0.618 * size));
  while (divisor(step, size) > 1) step++;
  return step;
}

/** The sum over the channels of each pixel. */
export function sumsOf({ data, channels, height, width }: Omit<Values, "places">): Int32Array {
  const size = height * width;
  const sums = new Int32Array(size);
  for (let i = 0; i < channels * size; i++) {
    sums[i % size] = (sums[i % size] as number) + (data[i] as number);
  }
  return sums;
}
