import { expect, test } from "vitest";
import { decodeValues, standingOf, topShare } from "../../../src/beside/state/values";

const SAID = { seq: 4, scale: 0.5, signed: true, channels: 1, height: 1, width: 3 };

function bytes(values: number[], standing: number[], offset = 0): DataView {
  const view = new DataView(
    new ArrayBuffer(offset + 2 * (values.length + standing.length)),
    offset,
  );
  for (const [i, value] of values.entries()) view.setInt16(2 * i, value, true);
  for (const [i, value] of standing.entries()) {
    view.setUint16(2 * (values.length + i), value, true);
  }
  return view;
}

test("values are read from any place of a larger message", () => {
  for (const offset of [0, 1, 13]) {
    const read = decodeValues(SAID, bytes([-32767, 0, 32767], [43690, 21845, 0], offset));
    expect([...read.data]).toEqual([-32767, 0, 32767]);
    expect([...read.standing]).toEqual([43690, 21845, 0]);
    expect(read.data.buffer.byteLength).toBe(12); // no more of the message is kept alive
  }
});

test("bytes that are not what was said are refused in words", () => {
  expect(() => decodeValues(SAID, bytes([1], [0]))).toThrow("1×1×3 came in 4 bytes, expected 12");
  expect(() => decodeValues({ ...SAID, channels: 3 }, null)).toThrow("0 bytes, expected 24");
});

test("our own evidence has a standing and no values", () => {
  const read = decodeValues({ ...SAID, channels: 0 }, bytes([], [2, 1, 0]));
  expect([read.data.length, ...read.standing]).toEqual([0, 2, 1, 0]);
});

test.each([1, 7, 64, 224 * 224])(
  "of %i pixels the top share shows the share of all, rounded up",
  (count) => {
    const standing = standingOf(Float64Array.from({ length: count }, (_, i) => Math.sin(i)));
    for (const share of [0.01, 0.1, 0.2, 0.25, 0.5]) {
      const mask = topShare({ standing }, share);
      const shown = mask.filter((value) => value === 255).length / 3;
      // Steps of 65536ths move the border by less than a pixel and a step's worth of them.
      expect(Math.abs(shown - share * count)).toBeLessThanOrEqual(1 + count / 65536);
      expect(mask.every((value) => value === 0 || value === 255)).toBe(true);
    }
  },
);

test("the largest value stands first, and equal ones as they come", () => {
  expect([...standingOf([0.5, 1, 0.25, 0.5])]).toEqual([16384, 0, 49152, 32768]);
});
