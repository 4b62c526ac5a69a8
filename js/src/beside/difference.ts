/** What one class's evidence has that another's has not, in [−1, 1] for each pixel and color channel. */
import type { Frame } from "../kernel/frame";
import { ONE, standingOf, sumsOf, type Values } from "./state/values";

const made = new WeakMap<Frame, WeakMap<Frame, Values>>();
let last = 0;

/** @param mask of the class drawn; `other`, of the class it is set against. */
export function difference(mask: Frame, other: Frame): Values {
  const known = made.get(mask) ?? new WeakMap<Frame, Values>();
  made.set(mask, known);
  const values = known.get(other) ?? subtract(mask, other);
  known.set(other, values);
  return values;
}

function subtract(mask: Frame, other: Frame): Values {
  const { height, width } = mask;
  const size = height * width;
  const at = (frame: Frame, c: number, i: number) =>
    frame.data[frame.channels === 1 ? i : c * size + i] as number;
  const data = new Int16Array(3 * size);
  for (let c = 0, k = 0; c < 3; c++) {
    for (let i = 0; i < size; i++, k++) {
      data[k] = Math.round(((at(mask, c, i) - at(other, c, i)) * ONE) / 255);
    }
  }
  let standing: Uint16Array<ArrayBuffer> | undefined;
  last += 1;
  const values = { seq: last, scale: 1, signed: true, channels: 3, height, width, data };
  return {
    ...values,
    // Only where pixels are compared by area.
    get standing() {
      standing ??= standingOf(sumsOf(values));
      return standing;
    },
  };
}
