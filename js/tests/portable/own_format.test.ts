import { describe, expect, test } from "vitest";
import { gridOf, regionOf } from "../../src/annotate/region";
import type { SeenRecord } from "../../src/kernel/contract";
import { readFinding, readOwn, writeOwn } from "../../src/portable/own_format";
import { BOX, marking } from "../annotate/state/marking";
import refused from "./fixtures/refused.json";

const { findings, pump, fake } = marking();
findings.add(BOX, {
  label: "<img src=x onerror=alert(1)> 猫 é",
  verdict: "spurious",
  confidence: 0.5,
});
findings.add({
  type: "polygon",
  rings: [
    [
      [1, 1],
      [5.25, 1],
      [3, 6],
    ],
  ],
});
findings.add(regionOf(gridOf(BOX, [16, 16])) ?? BOX);
findings.add({ type: "point", x: 3.5, y: 2 });
pump();
const all = fake.list();
const base = { ...all[0]?.seen, digest: "d1" } as SeenRecord;
const here = { frame: [16, 16] as [number, number], base };
const EMPTY: SeenRecord = {
  ...{ digest: "", image: "", size: null, geometry: null, model: "", weights: "" },
  ...{ preprocessing: "", target: null, class_name: "", game: "", defense: "", iteration: null },
  ...{ image_score: null, score: null, checks: "", version: "" },
};
const file = (change: object) => JSON.stringify({ ...JSON.parse(writeOwn(all, [])), ...change });

test("what was written is read back, nothing lost", () => {
  const { rows } = readOwn(writeOwn(all, []), here);
  expect(rows.map(({ finding }) => finding)).toEqual(all);
  expect(rows.map(({ matched, reason }) => [matched, reason])).toEqual(
    all.map(() => ["digest", ""]),
  );
});

test("texts are kept and counted as Python does it", () => {
  const found = readFinding({ ...all[0], label: "😀".repeat(200), reason: "a\0b\ud800" });
  expect([[...found.label].length, found.reason]).toEqual([200, "ab?"]);
  expect(() => readFinding({ ...all[0], label: "😀".repeat(201) })).toThrow("201 characters");
});

describe("a file that is none says so", () => {
  test.each([
    ["{", "not JSON"],
    ["null", "own format"],
    ['{"type": "FeatureCollection"}', "own format"],
    [file({ version: 2 }), "version 2"],
    [file({ findings: {} }), "own format"],
  ])("%j", (text, words) => {
    expect(() => readOwn(text, here)).toThrow(words);
  });
});

describe("what does not fit is refused with the reason, the rest is read", () => {
  test.each([
    [{ id: "1" }, "findings[0]: it has no id"],
    [{ verdict: "core?" }, 'its verdict is "core?"'],
    [{ label: "x".repeat(201) }, "label has 201 characters"],
    [{ label: 5 }, "label is 5"],
    [{ confidence: 2 }, "confidence is 2; expected 0 to 1"],
    [{ region: { type: "star" } }, 'its region is "star"'],
    [{ region: { ...BOX, width: 0 } }, "no area"],
    [{ region: { ...BOX, x: null } }, "null is no number"],
    [{ region: { type: "polygon", rings: [[[0, 0]]] } }, "fewer than three points"],
    [{ region: { type: "mask", size: [16, 16], counts: "zz" } }, "findings[0]"],
    [{ frame: [16] }, "no height and width"],
    [{ frame: [32, 32] }, "of another image"],
    [{ seen: { ...base, digest: "d2", image: "cat.jpg" } }, "of another image, cat.jpg"],
    [{ deleted: true }, "it was deleted"],
  ])("%j", (change, words) => {
    const [first, ...others] = all;
    const { rows } = readOwn(file({ findings: [{ ...first, ...change }, ...others] }), here);
    expect(rows[0]).toMatchObject({ finding: null, matched: "" });
    expect(rows[0]?.reason).toContain(words);
    expect(rows.slice(1).every(({ reason }) => reason === "")).toBe(true);
  });
});

describe("what Python refuses is refused here, too, and what it takes is taken", () => {
  const { finding } = refused;
  test.each(refused.taken)("%j", (change) => {
    expect(readFinding({ ...finding, ...change }).id).toBe(finding.id);
  });
  test.each(refused.refused)("%j", (change) => {
    const [row] = readOwn(file({ findings: [{ ...finding, ...change }] }), here).rows;
    expect(row?.reason).toMatch(/^findings\[0\]: ./);
    expect(row?.finding).toBeNull();
  });
});

test("only what is known of a finding is read, and an effect is whole", () => {
  const effect = { target: 5, image: 0.9, without: 0.4, only: 0.2, area: 0.1, draws: 8 };
  const given = { ...all[0], seen: { digest: "d1", more: "<b>" }, effect: { ...effect, more: 1 } };
  const read = readFinding(given);
  expect(read.seen).toEqual({ ...EMPTY, digest: "d1" });
  expect(read.effect).toEqual({ ...effect, share: null, without_spread: 0, only_spread: 0 });
});

test("the reviews of a file are not read here, which is said", () => {
  const notes = (reviews: object[]) => readOwn(file({ reviews }), here).notes;
  expect(notes([])).toEqual([]);
  expect(notes([{}])).toEqual([expect.stringContaining("Its one review is not taken over")]);
  expect(notes([{}, {}])).toEqual([expect.stringContaining("Its 2 reviews are not")]);
});

test("where no digest is known, name and size tell", () => {
  const unknown = { ...base, digest: "", image: "cat.jpg" };
  const named = all.map((each) => ({ ...each, seen: unknown }));
  const read = (image: string) =>
    readOwn(writeOwn(named, []), { ...here, base: { ...unknown, image } }).rows.map(
      (row) => row.matched,
    );
  expect(read("cat.jpg")).toEqual(all.map(() => "name and size"));
  expect(read("dog.jpg")).toEqual(all.map(() => ""));
});
