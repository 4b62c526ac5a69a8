/** What our evidence has that another has not, a class's or a model's, in [−1, 1] for each pixel and color channel. */
import type { Frame } from "../kernel/frame";
import { ONE, placesOf, sumsOf, type Values } from "./state/values";

const made = new WeakMap<Frame, WeakMap<Frame | Values, Values>>();
let last = 0;

/** @param mask of the class drawn; `other`, of the class, or unit values of the model, that it is set against. */
export function difference(mask: Frame, other: Frame | Values): Values {
  const known = made.get(mask) ?? new WeakMap<Frame | Values, Values>();
  made.set(mask, known);
  const values = known.get(other) ?? subtract(mask, other);
  known.set(other, values);
  return values;
}

/** Shares of the picture that one of them shows alone, and that both show, in [0, 1]. */
export function sharesOf(
  mask: Frame,
  other: Frame | Values,
): Record<"ours" | "theirs" | "both", number> {
  const shares = { ours: 0, theirs: 0, both: 0 };
  const size = mask.height * mask.width;
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < size; i++) {
      const [a, b] = [at(mask, c, i), at(other, c, i)];
      shares.ours += Math.max(0, a - b) / (3 * size);
      shares.theirs += Math.max(0, b - a) / (3 * size);
      shares.both += Math.min(a, b) / (3 * size);
    }
  }
  return shares;
}

/** A value in [0, 1]. */
function at(of: Frame | Values, c: number, i: number): number {
  const { data, channels, height, width } = of;
  const value = data[channels === 1 ? i : c * height * width + i] as number;
  return value / (data instanceof Int16Array ? ONE : 255);
}

function subtract(mask: Frame, other: Frame | Values): Values {
  const { height, width } = mask;
  const size = height * width;
  const data = new Int16Array(3 * size);
  for (let c = 0, k = 0; c < 3; c++) {
    for (let i = 0; i < size; i++, k++) {
      data[k] = Math.round((at(mask, c, i) - at(other, c, i)) * ONE);
    }
  }
  let places: Uint16Array<ArrayBuffer> | undefined;
  last += 1;
  const values = { seq: last, scale: 1, signed: true, channels: 3, height, width, data };
  return {
    ...values,
    // Only where pixels are compared by area.
    get places() {
      places ??= placesOf(sumsOf(values));
      return places;
    },
  };
}
