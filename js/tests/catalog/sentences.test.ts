import { expect, test } from "vitest";
import figures from "../../../tests/catalog/figures.json";
import sentences from "../../../tests/catalog/sentences.json";
import templates from "../../../tests/catalog/templates.json";
import { defended, figure, filled, type Said, says, sentence } from "../../src/catalog/sentences";
import type { Checks, Variant, Words } from "../../src/kernel/contract";
import { percent } from "../../src/support/figures";

// The kernel fills the same templates: tests/catalog/test_sentences.py reads the same files.
const WORDS: Words = templates;

test.each(sentences)("$game: $words", ({ game, name, score, image, words }) => {
  expect(says(WORDS, game, { name, score: score ?? Number.NaN, image })).toBe(words);
});

test("what stands in a name is no field", () => {
  const fields = { name: "{score} $1 {x", score: 0.5, image: 1 };
  expect(filled("{name}: {score}", fields)).toBe("{score} $1 {x: 0.50");
  expect(says(WORDS, "none of them", fields)).toBe("");
});

test.each(figures)("$value is rounded as the kernel rounds it", ({ value, score, share }) => {
  expect(figure(value)).toBe(score);
  expect(percent(value ?? Number.NaN)).toBe(share);
});

const SAID: Said = {
  words: WORDS,
  game: "generation",
  info: { index: 967, name: "espresso, caffè latte", short: "espresso", score: 0.951 },
  mask: { iteration: 40, score: 0.859 },
  checks: undefined,
  last: 40,
};
const EMPTY: Checks = {
  ...{ verdict: "no evidence", summary: "No evidence.", items: [] },
  says: "Nothing in the photo makes the network say espresso on its own.",
};

test("the sentence is of the iteration drawn", () => {
  expect(sentence(SAID)).toBe("This alone makes the network say espresso: 0.86 (photo 0.95).");
  expect(sentence({ ...SAID, mask: { iteration: 3, score: 0.1 } })).toBe(
    "With this alone, the network scores espresso 0.10 (photo 0.95).",
  );
  expect(sentence({ ...SAID, mask: null })).toBe("");
  expect(sentence({ ...SAID, info: undefined })).toBe("");
});

test("what the checks found out takes its place, of the mask that was checked alone", () => {
  expect(sentence({ ...SAID, checks: EMPTY })).toBe(EMPTY.says);
  expect(sentence({ ...SAID, checks: { ...EMPTY, says: "" } })).toMatch(/^This alone/);
  const earlier = { iteration: 12, score: 0.9 };
  expect(sentence({ ...SAID, checks: EMPTY, mask: earlier })).toMatch(/^This alone/);
});

test("nothing is said of a picture that nobody scored, as above a threshold", () => {
  const mask = { iteration: 40, score: Number.NaN };
  expect(sentence({ ...SAID, mask })).toBe("");
  expect(sentence({ ...SAID, mask, checks: EMPTY })).toBe("");
});

test("a notebook saved earlier does not tell from which score on a class is said", () => {
  const { said: _, ...earlier } = WORDS;
  const fields = { name: "cup", score: 0.02, image: 0.02 };
  expect(says(earlier as Words, "generation", fields)).toMatch(/^This alone makes/);
  expect(says(WORDS, "generation", fields)).toMatch(/^With this alone/);
});

test("an edited mask is said to be what the net is given, whatever the game", () => {
  const mask = { iteration: 40, score: 0.4 };
  const said = { ...SAID, game: "deletion", mask, checks: EMPTY, edited: true };
  expect(sentence(said)).toBe("With this alone, the network scores espresso 0.40 (photo 0.95).");
});

test("a notebook saved earlier has whole names", () => {
  const info = { index: 967, name: "espresso, caffè latte", score: 0.951 };
  expect(sentence({ ...SAID, info })).toContain("say espresso, caffè latte: 0.86");
});

test("beside an undefended picture stands what the defended one scores, once it has run", () => {
  const run = (defense: string, game = "generation"): Variant => ({
    ...{ run: 2, game, defense, iteration: 1 },
    trace: { 967: { scores: [0, 0.859], means: [0, 0.1], frames: [0, 1] } },
  });
  const said = (...variants: Variant[]) => defended(WORDS, variants, "generation", SAID.info);
  expect(said(run("none"), run("auto"))).toBe("With the defense, it gives espresso 0.86.");
  expect(said(run("none"))).toBe("");
  expect(said(run("auto", "deletion"))).toBe("");
  expect(said({ ...run("auto"), trace: {} })).toBe("");
});

test("a score of a person's own is brought up, not said", () => {
  const info = { ...SAID.info, index: 21, name: "share of road", short: "share of road" };
  const said = sentence({ ...SAID, info: { ...info, score: 0.95, scored: true } });
  expect(said).toBe("This alone brings “share of road” up: 0.86 (photo 0.95).");
});
