import { expect, test } from "vitest";
import { difference, sharesOf } from "../../src/beside/difference";
import { figureOf } from "../../src/beside/figure";
import type { Frame } from "../../src/kernel/frame";
import { made } from "./made";

const mask = (data: number[], channels = 3): Frame =>
  ({ channels, height: 1, width: data.length / channels, data: Uint8Array.from(data) }) as Frame;

test("the difference of two masks is signed, on a scale of 1, and read as the mean over the channels", () => {
  const values = difference(mask([255, 0, 255, 51, 255, 0]), mask([0, 255, 0, 0, 0, 0]));
  expect([values.signed, values.scale]).toEqual([true, 1]);
  const { read } = figureOf(values);
  expect([read(0, null), read(1, null)]).toEqual(["+1.00", "−0.27"]);
  expect(read(1, 1)).toBe("+0.20");
});

test("a mask of one channel counts in all three", () => {
  const values = difference(mask([255], 1), mask([0, 255, 255]));
  expect([0, 1, 2].map((c) => figureOf(values).read(0, c as 0))).toEqual(["+1.00", "0", "0"]);
});

test("the same masks make the same picture, so that nothing is drawn anew", () => {
  const [a, b, c] = [mask([1, 2, 3]), mask([3, 2, 1]), mask([0, 0, 0])];
  const first = difference(a, b);
  expect(difference(a, b)).toBe(first);
  expect(difference(a, c)).not.toBe(first);
  // Several classes are set against one at once.
  expect(difference(a, b)).toBe(first);
});

test("by area, what the class has more than the other comes first", () => {
  const values = difference(mask([0, 200, 100, 0, 200, 100, 0, 200, 100]), mask([90, 0, 0], 1));
  expect([...values.places]).toEqual([43690, 0, 21845]);
});

test("a model's values are taken from our mask, and what only one of them shows is a share of the picture", () => {
  const ours = mask([255, 51, 0, 255, 51, 0, 255, 51, 0]);
  const theirs = made([0.5, 0.2, 1, 0.5, 0.2, 1, 0.5, 0.2, 1], { channels: 3 });
  const { read } = figureOf(difference(ours, theirs));
  expect([0, 1, 2].map((i) => read(i, null))).toEqual(["+0.50", "0", "−1.00"]);
  const shares = sharesOf(ours, theirs);
  expect(shares.ours).toBeCloseTo(0.5 / 3, 4);
  expect(shares.theirs).toBeCloseTo(1 / 3, 4);
  expect(shares.both).toBeCloseTo(0.7 / 3, 4);
});
