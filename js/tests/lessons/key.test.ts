import { describe, expect, test } from "vitest";
import type { Asked, Given } from "../../src/lessons/contract";
import { feedbackTo, isRight, manyOf, openKey } from "../../src/lessons/key";
import file from "./fixtures/judged.json?raw";

interface Case {
  asked: Asked;
  values: [unknown, boolean | null, string][];
}

describe.each(JSON.parse(file) as Case[])("of $asked.kind", ({ asked, values }) => {
  test.each(values)("%j is judged as Python does", (value, right, says) => {
    expect(isRight(asked, value)).toBe(right);
    expect(feedbackTo({ value, right } as Given, openKey(asked.key))).toBe(says);
  });
});

test.each([
  [null, "You may choose several."],
  [["apple", "banana"], "Choose all that are right."],
])("of several options, %j, it says how many to choose", (answer, words) => {
  expect(manyOf({ answer, tolerance: 0, feedback: {} })).toBe(words);
});

test("an option may be called what every object has", () => {
  const given = { value: "constructor", right: false } as Given;
  expect(feedbackTo(given, { answer: ["a"], tolerance: 0, feedback: { wrong: "No." } })).toBe(
    "No.",
  );
});
