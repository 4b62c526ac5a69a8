import { expect, test } from "vitest";
import { problemOf, resultOf, share } from "../../src/guess/words";
import type { Guess } from "../../src/kernel/contract";

const guess = (kind: string, result: Guess["result"], rest: Partial<Guess> = {}): Guess => ({
  question: {
    ...{ id: "q", kind: kind as "region", prompt: "?", options: ["red", "green", "blue"] },
    ...{ several: false, target: 0, panes: [] },
  },
  ...{ value: null, committed: true, revealed: true, waits: "", right: null, result },
  ...{ evidence: null, feedback: "", tries: 1, ...rest },
});

const figures = { area: 0.12, overlap: 0.38, chance: 0.12, image: 0.95, why_no_score: "" };

test("a region is told in four figures and three scores", () => {
  expect(resultOf(guess("region", { ...figures, score: 0.21, evidence: 0.84 }))).toBe(
    "You marked 12% of the photo. 38% of it is among the 12% that the network ranks first; by chance " +
      "it would be 12%. Shown alone, your region scores 0.21, the 12% that the network ranks first " +
      "0.84; the whole photo 0.95.",
  );
});

test("where nobody can be asked, it says so", () => {
  const told = resultOf(
    guess("region", {
      ...figures,
      score: null,
      evidence: 0.84,
      why_no_score: "Open the notebook.",
    }),
  );
  expect(told).toContain(
    "Shown alone, the 12% that the network ranks first score 0.84; the whole photo 0.95. Open",
  );
  expect(told).not.toContain("your region scores");
  const bare = resultOf(guess("region", { ...figures, score: null, evidence: null, image: null }));
  expect(bare).not.toContain("Shown alone");
});

test("channels are told from the strongest on", () => {
  const shares = { answer: "blue", red: 0.3, green: 0.2, blue: 0.5 };
  expect(resultOf(guess("channel", shares, { value: "red", right: false }))).toBe(
    "Not quite. Of the evidence 50% is in blue, 30% in red and 20% in green.",
  );
});

test("shares have two digits", () => {
  expect([0, 0.0004, 0.01, 0.0634, 0.0996, 0.125, 1].map(share)).toEqual([
    ...["0%", "less than 0.1%", "1%", "6.3%", "10%", "13%", "100%"],
  ]);
});

test("a region has an area that is a guess", () => {
  expect(problemOf(0)).toContain("Nothing");
  expect(problemOf(0.009)).toContain("1% of the photo at least");
  expect(problemOf(0.61)).toContain("60% of the photo at most");
  expect([0.01, 0.6].map(problemOf)).toEqual(["", ""]);
});
