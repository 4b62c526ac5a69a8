import { expect, test } from "vitest";
import { bit, type Corner, Points, thinned } from "../../src/browser/points";

/** Bytes as the kernel packs them: row, x, y, cluster. */
function packed(points: readonly [number, number, number, number][]): DataView {
  const data = new DataView(new ArrayBuffer(3 + 12 * points.length), 3);
  points.forEach(([row, x, y, cluster], k) => {
    data.setUint32(12 * k, row, true);
    [x, y, cluster].forEach((value, j) => {
      data.setUint16(12 * k + 4 + 2 * j, value, true);
    });
  });
  return data;
}

test("points are read where they lie, and the nearest is found", () => {
  const points = new Points(
    packed([
      [70_000, 0, 0, 3],
      [5, 65_535, 13_107, 0],
    ]),
  );
  expect([points.count, ...points.row, ...points.cluster]).toEqual([2, 70_000, 5, 3, 0]);
  expect([...points.place].map((value) => value.toFixed(3))).toEqual([
    ...["0.000", "0.000", "1.000", "0.200"],
  ]);
  expect(points.middles[0]).toEqual([3, [0, 0]]);
  expect(points.nearest(0.98, 0.21, 0.05)).toBe(1);
  expect(points.nearest(0.5, 0.5, 0.05)).toBe(-1);
});

test("a bit says which points are listed; before that is known all are", () => {
  const bits = new DataView(new Uint8Array([0b10, 0b1]).buffer);
  expect([0, 1, 7, 8].map((k) => bit(bits, k))).toEqual([false, true, false, true]);
  expect(bit(null, 5)).toBe(true);
});

test("a long lasso keeps as many corners as the kernel takes, from its start on", () => {
  const long = Array.from({ length: 1000 }, (_, k): Corner => [k / 1000, 0]);
  const kept = thinned(long, 256);
  expect([kept.length, kept[0]]).toEqual([256, [0, 0]]);
  expect(thinned(kept, 256)).toEqual(kept);
});
