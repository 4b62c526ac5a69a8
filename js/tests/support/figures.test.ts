import { describe, expect, test } from "vitest";
import {
  figuresOf,
  lambda,
  nextLambda,
  parseLambda,
  percent,
  score,
  seconds,
} from "../../src/support/figures";

test.each([
  [0.8731, "0.873"],
  [1, "1.000"],
  [0.9999, "1.000"],
  [0, "0.000"],
  [0.0001, "<0.001"],
  [Number.NaN, "–"],
  [null, "–"],
])("a score of %s reads %s", (value, text) => {
  expect(score(value)).toBe(text);
});

test("what a mask scores is said with what it shows or takes away", () => {
  const mask = { score: 0.061, mean: 0.13 };
  expect(figuresOf(mask, false)).toBe("0.061 with 13.0% shown");
  expect(figuresOf(mask, true)).toBe("0.061 with 13.0% taken away");
});

test("shares, times and names", () => {
  expect(percent(0.1042)).toBe("10.4%");
  expect(percent(0.0001)).toBe("<0.1%");
  expect(seconds(9.44)).toBe("9.4 s");
  expect(seconds(127)).toBe("2 min 07 s");
});

describe("λ", () => {
  test("is written short and read back", () => {
    expect([0, 1e-4, 0.00025, 0.001, 0.01, 0.5, 1].map(lambda)).toEqual([
      ...["0", "1e-4", "2.5e-4", "0.001", "0.01", "0.5", "1"],
    ]);
    expect(["1e-4", " 0,5 ", "0"].map(parseLambda)).toEqual([1e-4, 0.5, 0]);
    expect(["", "auto", "-1", "1e999"].map(parseLambda)).toEqual([null, null, null, null]);
  });

  test("climbs a 1-2-5 ladder", () => {
    expect(nextLambda(1e-4, 1)).toBe(2e-4);
    expect(nextLambda(3e-4, 1)).toBe(5e-4);
    expect(nextLambda(1e-4, -1)).toBe(5e-5);
    expect(nextLambda(0, -1)).toBe(1e-7);
  });
});
