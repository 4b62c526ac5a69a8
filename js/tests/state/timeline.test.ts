import { describe, expect, test } from "vitest";
import { coarseToFine, howFar, nearest, step } from "../../src/state/timeline";

const frames = [0, 1, 2, 4, 8, 16];

describe("keyframes", () => {
  test.each([
    [-5, 0],
    [3, 2],
    [6.1, 8],
    [99, 16],
    [Number.POSITIVE_INFINITY, 16],
  ])("nearest to %d is %d", (value, expected) => {
    expect(nearest(frames, value)).toBe(expected);
  });

  test("there may be none", () => {
    expect(nearest([], 3)).toBe(-1);
    expect(step([], 0, "End")).toBeNull();
  });

  test.each([
    ["ArrowRight", 2, 4],
    ["ArrowRight", 16, 16],
    ["ArrowLeft", 3, 2],
    ["ArrowDown", 0, 0],
    ["PageUp", 2, 4],
    ["PageDown", 8, 4],
    ["Home", 8, 0],
    ["End", 1, 16],
    ["x", 1, null],
  ])("%s at %d leads to %s", (key, value, expected) => {
    expect(step(frames, value as number, key as string)).toBe(expected);
  });

  test("are fetched from coarse to fine, each once", () => {
    expect(coarseToFine([0, 1, 2, 3, 4])).toEqual([4, 0, 2, 1, 3]);
    expect(coarseToFine([7])).toEqual([7]);
    expect(coarseToFine([])).toEqual([]);
    const many = Array.from({ length: 57 }, (_, i) => i * 3);
    expect(coarseToFine(many).toSorted((a, b) => a - b)).toEqual(many);
  });
});

test.each<[string, Parameters<typeof howFar>]>([
  ["42 / 150", ["running", { iteration: 42, iterations: 150 }, 40]],
  // Nothing changed any more: it ended before its last iteration.
  ["42 iterations", ["done", { iteration: 42, iterations: 150 }, 42]],
  // A run beside it, or another class, went further.
  ["42 iterations", ["done", { iteration: 150, iterations: 150 }, 42]],
  ["1 iteration", ["done", { iteration: 1, iterations: 1 }, 1]],
  ["42 / 150", ["stopped", { iteration: 42, iterations: 150 }, 42]],
  ["150 iterations", ["stopped", { iteration: 150, iterations: 150 }, 150]],
  ["0 / 150", ["error", { iteration: 0, iterations: 150 }, undefined]],
])("how far a run is: %s", (words, given) => {
  expect(howFar(...given)).toBe(words);
});
