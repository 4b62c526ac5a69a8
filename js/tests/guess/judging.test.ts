import { describe, expect, test } from "vitest";
import {
  along,
  type Facts,
  feedbackOf,
  first,
  isRight,
  judgeChoice,
  judgeRegion,
} from "../../src/guess/state/judging";
import type { GuessQuestion } from "../../src/kernel/contract";
import { figuresOfTones } from "./tones";

const facts: Facts = {
  ...{ answer: null, tolerance: 0.05, feedback: {}, result: {}, image: 0.95 },
  ...{ curve: [] as Facts["curve"], why_no_score: "not here" },
};
const question: GuessQuestion = {
  ...{ id: "q", kind: "choice" as const, prompt: "?", options: ["a", "b", "c"], target: 0 },
  ...{ several: false, panes: [] },
};
/** Ranks 0 … n − 1 in reading order. */
const ordered = (n: number) =>
  Uint16Array.from({ length: n }, (_, i) => Math.floor((65536 * i) / n));
const grid = (height: number, width: number, on: (i: number) => boolean) => ({
  ...{ height, width },
  data: Uint8Array.from({ length: height * width }, (_, i) => Number(on(i))),
});

describe("a region", () => {
  test("is compared with exactly as many pixels, at any count", () => {
    const places = ordered(224 * 224);
    for (const count of [502, 6021, 12345, 30000]) {
      const found = first(
        places,
        count,
        grid(224, 224, () => false),
      );
      expect(found.data.reduce((sum, value) => sum + value, 0)).toBe(count);
      expect(found.data[count - 1]).toBe(1);
    }
  });

  test("has its overlap, and chance is its area", () => {
    // 20 of 100 pixels, of which the first 5 are among the first 20.
    const guess = grid(10, 10, (i) => i < 5 || i >= 85);
    const { result, evidence } = judgeRegion(guess, ordered(100), {
      ...facts,
      curve: [[0.2, 0.8]],
    });
    expect(result).toEqual({
      ...{ area: 0.2, overlap: 0.25, chance: 0.2, image: 0.95, why_no_score: "not here" },
      ...{ score: null, evidence: 0.8 },
    });
    expect(evidence).toEqual(grid(10, 10, (i) => i < 20));
  });

  test("has a score of the evidence between those that are known, and none beyond", () => {
    const curve: Facts["curve"] = [
      [0.1, 0.2],
      [0.2, 0.6],
      [0.3, null],
    ];
    expect(along(curve, 0.15)).toBeCloseTo(0.4);
    expect(along(curve, 0.2)).toBe(0.6);
    expect(along(curve, 0.05)).toBe(0.2);
    expect(along(curve, 0.25)).toBeNull();
    expect(along(curve, 0.4)).toBeNull();
    expect(along([], 0.1)).toBeNull();
  });
});

describe("what is chosen", () => {
  test.each([
    [{}, "a", ["a", "b"], true],
    [{}, "c", ["a", "b"], false],
    [{ several: true }, ["b", "a"], ["a", "b"], true],
    [{ several: true }, ["a"], ["a", "b"], false],
    [{ kind: "method" as const }, ["b", "a"], ["a", "b"], false],
    [{ kind: "method" as const }, ["a", "b"], ["a", "b"], true],
    [{ kind: "number" as const }, 0.34, 0.3, true],
    [{ kind: "number" as const }, 0.36, 0.3, false],
    [{}, "a", null, null],
  ])("%o: %o where %o is right", (change, value, answer, right) => {
    expect(isRight({ ...question, ...change }, value, { ...facts, tolerance: 0.05, answer })).toBe(
      right,
    );
  });

  test("gets the words for it, else for right or wrong, else those for all", () => {
    const told = { ...facts, feedback: { a: "A!", right: "Yes.", "": "So." } };
    expect(feedbackOf("a", true, told)).toBe("A!");
    expect(feedbackOf("b", true, told)).toBe("Yes.");
    expect(feedbackOf("b", false, told)).toBe("So.");
    expect(feedbackOf("b", null, facts)).toBe("");
  });

  test("of methods counts those that are right", () => {
    const of = { ...question, kind: "method" as const };
    expect(judgeChoice(of, ["a", "c"], { ...facts, answer: ["a", "b"] })).toEqual({
      matched: 1,
      of: 2,
    });
  });
});

test("the tones differ in lightness, so that eyes that see no hue tell them apart", () => {
  const [dark, middle, light] = figuresOfTones();
  expect((middle as number) / (dark as number)).toBeGreaterThan(2);
  expect((light as number) / (middle as number)).toBeGreaterThan(1.8);
});
