import { describe, expect, test } from "vitest";
import { BOX, curvePath, events } from "../../src/panel/curve";
import { gridSize, stageOf } from "../../src/picture/layout";
import { FrameCache } from "../../src/state/cache";
import { coarseToFine, howFar, nearest, step } from "../../src/state/timeline";
import { frameOf } from "../frames";

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

describe("the cache", () => {
  const mask = (target: number, iteration: number) =>
    frameOf([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]], { target, iteration });

  test("forgets what was not used for longest, by bytes", () => {
    const cache = new FrameCache(30);
    for (const i of [0, 1, 2]) cache.put(mask(7, i));
    cache.nearest(7, 0);
    cache.put(mask(7, 3));
    expect([0, 1, 2, 3].map((i) => cache.has(7, i))).toEqual([true, false, true, true]);
    expect(cache.bytes).toBe(30);
  });

  test("keeps a mask larger than itself, for it is being looked at", () => {
    const cache = new FrameCache(5);
    cache.put(mask(7, 0));
    expect(cache.has(7, 0)).toBe(true);
  });

  test("putting a mask again does not count it twice", () => {
    const cache = new FrameCache(30);
    cache.put(mask(7, 0));
    cache.put(mask(7, 0));
    expect(cache.bytes).toBe(10);
  });

  test("finds the nearest of one class only", () => {
    const cache = new FrameCache(100);
    cache.put(mask(7, 0));
    cache.put(mask(7, 10));
    cache.put(mask(8, 5));
    expect(cache.nearest(7, 5)?.iteration).toBe(0);
    expect(cache.nearest(7, 6)?.iteration).toBe(10);
    expect(cache.nearest(9, 6)).toBeNull();
    expect(cache.newest(7)).toBe(10);
  });
});

describe("the score curve", () => {
  test("puts iteration 0 left, the last right, score 1 at the top", () => {
    expect(curvePath([0, 0.5, 1], 4)).toBe(`M0 ${BOX.height}h0L250 50L500 0`);
  });

  test("leaves a gap where a score is missing", () => {
    expect(curvePath([0, null, Number.NaN, 1], 3)).toBe("M0 100h0M1000 0h0");
  });

  test("keeps a single spike of a long run", () => {
    const scores = new Array<number>(20_000).fill(0.1);
    scores[12_345] = 0.9;
    const path = curvePath(scores, scores.length);
    expect(path).toContain(" 10L");
    expect(path.match(/[ML]/g)?.length).toBeLessThan(1000);
  });

  test("cuts what is not a score", () => {
    expect(curvePath([-1, 7], 1)).toBe("M0 100h0L1000 0");
  });
});

describe("what happened on the curve", () => {
  const track = (lambdas: number[], stopped: string | null = null) => ({
    ...{ scores: lambdas.map(() => 0.5), means: [], frames: [], lambdas, stopped },
  });
  const kinds = (found: ReturnType<typeof events>) => found.map((e) => [e.iteration, e.kind]);

  test("λ sets in after growing, and is lowered where the mask failed", () => {
    const lambdas = [0, 0, 0, 1e-4, 1.1e-4, 0, 0, 6.6e-5, 7e-5];
    expect(kinds(events(track(lambdas), true))).toEqual([
      [3, "sparsity"],
      [7, "lowered"],
    ]);
  });

  test("a push is one event, and shrinking after it another", () => {
    expect(kinds(events(track([0, 0, -1e-4, -2e-4, 1e-4, 1.1e-4]), true))).toEqual([
      [2, "push"],
      [4, "sparsity"],
    ]);
  });

  test("a λ that a person fixed is no event", () => {
    expect(events(track([0, 1e-3, 1e-3, 1e-3]), false)).toEqual([]);
  });

  test("an early stop is marked once nothing runs", () => {
    expect(kinds(events(track([0, 0, 0], "converged"), false))).toEqual([[2, "end"]]);
    expect(events(track([0, 0, 0], "converged"), true)).toEqual([]);
  });
});

describe("several pictures", () => {
  const image = { width: 224, height: 224 };
  const PANELS = [258, 286, 486, 636, 686, 836, 986, 1136, 1186];

  test.each([
    [686, 1, 2, 2, 224],
    [686, 1, 4, 2, 224],
    [686, 1, 5, 3, 140],
    [1186, 1, 4, 2, 224],
    [486, 1, 4, 2, 224],
    [486, 2, 4, 2, 224],
    [286, 1, 4, 2, 110],
    [378, 1, 4, 2, 186],
  ])("in %i px at ratio %d, %i of them: %i in a row", (panel, ratio, count, columns, least) => {
    const grid = gridSize(stageOf(panel, image, ratio), image, ratio, count);
    expect(grid.columns).toBe(columns);
    expect(grid.width).toBeGreaterThanOrEqual(least);
  });

  const shapes = [image, { width: 900, height: 160 }, { width: 40, height: 700 }];
  test.each(shapes)("of %o take no more room than one of them has, with its caption", (shape) => {
    for (const panel of PANELS)
      for (const ratio of [1, 1.25, 2])
        for (const count of [2, 3, 4, 5, 10]) {
          const stage = stageOf(panel, shape, ratio);
          const grid = gridSize(stage, shape, ratio, count);
          const rows = Math.ceil(count / grid.columns);
          const high = rows * (grid.height + grid.title) + 6 * (rows - 1);
          const wide = grid.columns * grid.width + 6 * (grid.columns - 1);
          expect(wide).toBeLessThanOrEqual(stage.width + 1e-6);
          expect(high).toBeLessThanOrEqual(stage.height + 1e-6);
          expect(grid.title).toBe(grid.width < 165 ? 36 : 20);
          expect(stage.width).toBeLessThanOrEqual(Math.max(panel, 126));
        }
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
