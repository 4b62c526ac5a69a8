import { expect, test } from "vitest";
import { bestOf, brief, lastOf, pathOf } from "../../../src/beside/panel/curves";

test("a curve goes from left to right with a score of 1 at the top; gaps are left out", () => {
  const shares = [0, 0.25, 0.5, 1];
  expect(pathOf({ shares, scores: [1, null, 0.5, 0] })).toBe("M0 0L50 50L100 100");
  expect(pathOf({ shares, scores: [1.2, -0.1] })).toBe("M0 0L25 100");
  // One that ends before all pixels are taken goes over the whole axis, which says where it ends.
  expect(pathOf({ shares: [0, 0.45, 0.9], scores: [1, 0.5, 0] })).toBe("M0 0L50 50L100 100");
  expect(lastOf({ shares: [0, 0.45, 0.9] })).toBe(0.9);
});

test("figures are short, and none reads as nothing that is something", () => {
  expect([0.934, 1, 0, 0.0001, -0.124, -0.001, null, Number.NaN].map(brief)).toEqual([
    ...["0.93", "1.00", "0.00", "<0.01", "−0.12", "0.00", "–", "–"],
  ]);
});

test("the best are all that read like the best; one alone is none", () => {
  expect(bestOf([0.901, 0.5, 0.899, null], true)).toEqual([true, false, true, false]);
  expect(bestOf([0.3, 0.5, Number.NaN], false)).toEqual([true, false, false]);
  expect(bestOf([0.3, null], true)).toEqual([false, false]);
  // Where all are alike, or the most is nothing, none has won; to fall to nothing is to win.
  expect(bestOf([0.001, 0.004, -0.001], true)).toEqual([false, false, false]);
  expect(bestOf([-0.04, -0.2], true)).toEqual([false, false]);
  expect(bestOf([0, 0.2], false)).toEqual([true, false]);
});
