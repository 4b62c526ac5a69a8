import { expect, test } from "vitest";
import { typed } from "../../src/panel/typed";

const ITERATIONS = { label: "Iterations", whole: true, least: 1, most: 100_000 };
const SHARE = { label: "Share", whole: false, least: -1, most: 0.5 };

test("a number within the ends is taken, a whole one rounded", () => {
  expect(["1", " 100000 ", "6.7"].map((text) => typed(text, ITERATIONS))).toEqual([1, 100_000, 7]);
  expect(["-1", "0,25", "5e-1"].map((text) => typed(text, SHARE))).toEqual([-1, 0.25, 0.5]);
});

test("one beyond either end, or none, is refused in words", () => {
  const words = "Iterations must be a number from 1 to 100000, got";
  expect(["0", "100001", "many"].map((text) => typed(text, ITERATIONS))).toEqual([
    ...[`${words} 0.`, `${words} 100001.`, `${words} many.`],
  ]);
  expect(typed("0.6", SHARE)).toBe("Share must be a number from -1 to 0.5, got 0.6.");
  expect(typed("9".repeat(999), SHARE)?.toString().length).toBeLessThan(80);
});

test("nothing typed is nothing", () => {
  expect([typed("", SHARE), typed("  ", ITERATIONS)]).toEqual([null, null]);
});
