import { describe, expect, test } from "vitest";
import { BOX, curvePath, events } from "../../src/panel/curve";

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
