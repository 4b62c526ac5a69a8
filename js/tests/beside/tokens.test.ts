import { expect, test } from "vitest";
import { gridOf, sharesOf, tokenAt } from "../../src/beside/tokens";

const image = { height: 4, width: 6 };

test("the patches of a transformer are whole pixels of the picture, or there is no grid", () => {
  expect(gridOf([2, 3], image)).toEqual({ rows: 2, columns: 3, height: 2, width: 2 });
  expect(gridOf([], image)).toBe(null);
  expect(gridOf([3, 3], image)).toBe(null);
});

test("a token's share is that of the values in its patch, over all channels", () => {
  const grid = gridOf([2, 3], image);
  if (!grid) throw new Error("no grid");
  expect(tokenAt(grid, { x: 5, y: 1 })).toEqual({ row: 0, column: 2 });
  const data = new Uint8Array(3 * 24);
  data[1 * 6 + 5] = 100; // red, row 0, column 2
  data[24 + 3 * 6 + 0] = 250; // green, row 1, column 0
  data[48 + 2 * 6 + 1] = 50; // blue, beside it
  const shares = sharesOf(grid, { ...image, channels: 3, data });
  expect([...shares]).toEqual([0, 0, 0.25, 0.75, 0, 0]);
  expect(sharesOf(grid, { ...image, channels: 3, data })).toBe(shares);
});

test("of nothing no token has a share", () => {
  const grid = gridOf([2, 3], image);
  if (!grid) throw new Error("no grid");
  const data = new Int16Array(24);
  expect([...sharesOf(grid, { ...image, channels: 1, data })]).toEqual([0, 0, 0, 0, 0, 0]);
});
