/** Values of a pane for one class, and where each pixel stands by them; as the command `values` brings them. */
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
  standing: Uint16Array<ArrayBuffer>;
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
    standing: new Uint16Array(copy, 2 * channels * pixels),
  };
}

/** Bytes that values take. */
export function bytesOf({ data, standing }: Values): number {
  return data.byteLength + standing.byteLength;
}

/** 255 for the top share of the pixels and 0 for the others, the same in all three channels. */
export function topShare({ standing }: Pick<Values, "standing">, share: number) {
  const size = standing.length;
  const mask = new Uint8Array(3 * size);
  const end = share * ALL;
  for (let i = 0; i < size; i++) {
    if ((standing[i] as number) < end) mask[i] = 255;
  }
  mask.copyWithin(size, 0, size);
  mask.copyWithin(2 * size, 0, size);
  return mask;
}

/** Where each pixel stands, the largest value first and equal ones in their order in the picture. */
export function standingOf(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const size = values.length;
  const order = new Uint32Array(size).map((_, i) => i);
  order.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  const standing = new Uint16Array(size);
  for (const [rank, i] of order.entries()) standing[i] = Math.floor((rank * ALL) / size);
  return standing;
}
