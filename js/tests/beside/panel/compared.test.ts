import { signal } from "@preact/signals";
import { h } from "preact";
import { expect, test } from "vitest";
import { Compared, noteOf } from "../../../src/beside/panel/compared";
import { Sanity } from "../../../src/beside/panel/sanity";
import type { View } from "../../../src/beside/panel/view";
import type { Shown } from "../../../src/beside/view";
import type { Measured } from "../../../src/kernel/contract";
import { made } from "../made";
import { elementsOf, textOf } from "./elements";

const shown = (of: Partial<Shown>): Shown => ({
  ...{ key: "beside-1", id: 1, kind: "method", label: "Grad-CAM", about: "", signed: false },
  ...{ channels: 1, state: "done", progress: 1, error: "", scale: 1, clipped: 0, unit: "" },
  ...{ note: "", target: 5, values: made([1, 0]) },
  ...of,
});
const MODEL = shown({
  ...{ key: "beside-2", id: 2, kind: "model", label: "AlexNet", note: "Its evidence: 0.91." },
  about: "Another model: its own run. AlexNet finds mug (0.50) most likely.",
});

test("what a picture’s values are is said in words beside the colors", () => {
  const unit = "divided by the largest value of the class";
  expect(noteOf(shown({ unit, clipped: 0.001 }))).toBe(
    `${unit}; * 0.1% of the values are beyond the scale.`,
  );
  expect(noteOf(MODEL)).toBe("AlexNet finds mug (0.50) most likely. Its evidence: 0.91.");
  expect(noteOf(shown({}))).toBe("");
});

test("another model is not ranked with our network, and each score has its own network’s mark", () => {
  const row = (id: number, name: string, place: number | null, witness: number) => ({
    ...{ id, name, itself: place === null, own: 0.5, image: 0.4, witness, place },
    witness_image: 0.2,
  });
  const view = {
    ...{ share: signal(0.2), shown: signal([shown({}), MODEL]), judged: signal([1, 2, 3]) },
    rows: signal([
      row(0, "Evidence", 1, 0.1),
      row(1, "Grad-CAM", 2, 0.3),
      row(2, "AlexNet", null, 0),
    ]),
    ...{ lines: signal(new Map()), pointed: signal(null), isBeside: () => true },
    scoring: { error: signal(""), pending: signal(false), scores: signal({}) },
    beside: { measured: signal([]) },
    ui: {
      arrangement: signal("medium"),
      store: {
        ...{ classes: signal([{ index: 5, name: "mug", score: 0.4 }]), target: signal(5) },
        ...{ netName: signal("ours"), offline: signal("") },
      },
    },
  } as unknown as View;
  const rows = elementsOf(h(Compared, { view })).filter(({ type }) => type === "tr");
  const marks = rows.map((each) => elementsOf(each).filter(({ type }) => type === "u").length);
  expect(marks).toEqual([0, 2, 2, 2]);
  expect(rows.map((each) => textOf(each).includes("by itself"))).toEqual([
    false,
    false,
    false,
    true,
  ]);
  const best = rows.map((each) =>
    elementsOf(each).flatMap(({ type, props }) => (type === "td" ? [props["data-best"]] : [])),
  );
  expect(best.slice(1)).toEqual([
    [true, undefined],
    [undefined, true],
    [undefined, undefined],
  ]);
  expect(textOf(h(Compared, { view }))).toContain("AlexNet finds mug (0.50) most likely.");
});

test("the sanity check says a figure for what passes, and in words why another does not", () => {
  const line = (id: number, name: string, passes: boolean) => ({
    ...{ id, name, line: id, side: null, shown: undefined, itself: false },
    measured: { randomized: { passes, similarity: 0.31, words: `All about ${name}.` } } as Measured,
  });
  const text = textOf(h(Sanity, { lines: [line(1, "RISE", true), line(2, "LIME", false)] }));
  expect(text).toContain("RISE: passes, 0.31");
  expect(text).toContain("LIME: All about LIME.");
  expect(text).not.toContain("All about RISE.");
});
