/** Masks as run lengths, column by column: COCO's own notation. The other side is findings/runs.py. */
import { emptyGrid, type Grid, type Size } from "./grid";

const FIRST = 48;
const [MORE, SIGN, LOW] = [0x20, 0x10, 0x1f];
/** Digits of a length that is not refused: no mask has more than 2^30 pixels. */
const DIGITS = 13;
/** Most pixels of a side. */
const SIDE = 2 ** 15;

export function encode({ height, width, data }: Grid): string {
  const lengths: number[] = [];
  let [run, last] = [0, 0];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const value = data[y * width + x] as number;
      if (value !== last) {
        lengths.push(run);
        [run, last] = [0, value];
      }
      run++;
    }
  }
  if (height * width > 0) lengths.push(run);
  return pack(lengths);
}

/** Throws an error in words where these are no run lengths, or not of a mask of this size. */
export function decode(counts: string, size: Size): Grid {
  const wrong = size.find((side) => !Number.isInteger(side) || side < 1 || side > SIDE);
  if (wrong !== undefined) {
    throw new Error(`a side is a whole number of pixels from 1 to ${SIDE}, got ${wrong}`);
  }
  const [height, width] = size;
  const lengths = unpack(counts);
  const negative = lengths.find((length) => length < 0);
  if (negative) throw new Error(`a run has the negative length ${negative}`);
  const sum = lengths.reduce((total, length) => total + length, 0);
  if (sum !== height * width) {
    throw new Error(
      `the run lengths add up to ${sum}, but a mask of ${height}×${width} pixels has ${height * width}`,
    );
  }
  const grid = emptyGrid(size);
  const { data } = grid;
  let at = 0;
  for (const [k, length] of lengths.entries()) {
    if (k % 2 === 1) {
      for (let i = at; i < at + length; i++)
        data[(i % height) * width + Math.floor(i / height)] = 1;
    }
    at += length;
  }
  return grid;
}

/** From the fourth on, differences to the last but one; 5 bits a character, lowest first. */
export function pack(lengths: readonly number[]): string {
  let text = "";
  for (const [k, length] of lengths.entries()) {
    let value = k > 2 ? length - (lengths[k - 2] as number) : length;
    let more = true;
    while (more) {
      const digit = value & LOW;
      value >>= 5;
      more = value !== (digit & SIGN ? -1 : 0);
      text += String.fromCharCode(digit + (more ? MORE : 0) + FIRST);
    }
  }
  return text;
}

function unpack(text: string): number[] {
  const lengths: number[] = [];
  let [value, digits] = [0, 0];
  for (const character of text) {
    const digit = (character.codePointAt(0) as number) - FIRST;
    if (digit < 0 || digit >= 2 * MORE || digits === DIGITS) {
      throw new Error(`run lengths hold the character “${character}”, which is none of them`);
    }
    // No shifts: they would cut a number of more than 32 bits, and take it for another.
    value += (digit & LOW) * 2 ** (5 * digits);
    digits++;
    if (digit & MORE) continue;
    if (digit & SIGN) value -= 2 ** (5 * digits);
    lengths.push(lengths.length > 2 ? value + (lengths.at(-2) as number) : value);
    [value, digits] = [0, 0];
  }
  if (digits > 0) throw new Error("run lengths end in the middle of a number");
  return lengths;
}
