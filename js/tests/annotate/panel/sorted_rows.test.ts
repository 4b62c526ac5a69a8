import { describe, expect, test } from "vitest";
import { knownBy, sortRows } from "../../../src/annotate/panel/sorted_rows";
import { readOwn } from "../../../src/portable/own_format";
import { aFinding } from "./a_finding";

describe("what a file holds", () => {
  const row = (reason: string) => ({ finding: null, matched: "", reason }) as const;
  const mine = { finding: aFinding(), matched: "digest", reason: "" } as const;

  test("of other images is counted for each of them, and is refused for nothing", () => {
    const other = (name: string) => row(`it is of another image, '${name}'`);
    const rows = [other("cat.jpg"), mine, row("the box has no area"), other("cat.jpg")];
    const { here, refused, elsewhere, images } = sortRows([...rows, other("dog.jpg")]);
    expect(here).toEqual([
      [rows[1], 1],
      [rows[2], 2],
    ]);
    expect([refused, elsewhere]).toEqual([1, 3]);
    expect([...images]).toEqual([
      ["'cat.jpg'", 2],
      ["'dog.jpg'", 1],
    ]);
  });
  test("is told so by an exported page, too", () => {
    const seen = { digest: "another", image: "dog.jpg" } as never;
    const file = { format: "xwidget findings", version: 1, findings: [aFinding({ seen })] };
    const base = { digest: "d1", image: "cat.jpg" } as never;
    const { rows } = readOwn(JSON.stringify(file), { base, frame: [224, 224] } as never);
    expect([...sortRows(rows).images]).toEqual([["dog.jpg", 1]]);
  });
});

test.each([
  ["digest", "same pixels"],
  ["name and size", "same name and size"],
  ["", ""],
])("an image that is known by %s has the %s", (matched, words) => {
  expect(knownBy(matched)).toBe(words);
});
