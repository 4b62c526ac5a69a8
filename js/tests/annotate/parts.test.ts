import { describe, expect, test } from "vitest";
import { leastFor, type Proposing, partAt, parts, proposing } from "../../src/annotate/parts";
import { encode } from "../../src/annotate/rle";
import { frameOf } from "../frames";
import cases from "./fixtures/parts.json";
import { rows } from "./grids";

const maskOf = ([channels, height, width]: readonly number[], values: readonly number[]) =>
  frameOf([[...values]], { channels: channels as number, height: height as number, width: width as number }); // biome-ignore format: one line

test.each(cases)("the parts are those of the rule as it is worded ($#)", (each) => {
  const found = parts(maskOf(each.mask.size, each.mask.values), each as unknown as Proposing);
  const described = found.map((part) => ({
    ...{ counts: encode(part.grid), pixels: part.pixels },
    share: part.share,
  }));
  expect(described).toEqual(each.parts);
});

test("the threshold where nobody chose one shows at most that share of the picture", () => {
  const mask = maskOf([1, 1, 10], [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  expect(leastFor(mask, null, 0.3)).toBe(61);
  expect(leastFor(mask, null, 1)).toBe(1);
  expect(leastFor(maskOf([1, 1, 2], [255, 255]), null, 0.1)).toBe(255);
  expect(leastFor(maskOf([2, 1, 2], [9, 0, 0, 200]), 0, 0.5)).toBe(1);
  expect(proposing(mask, null, 0)).toEqual({ least: 81, channel: null, gap: 1, area: 4, most: 5 });
  expect(proposing(mask, null, 7).least).toBe(7);
});

describe("the part around a click", () => {
  const mask = maskOf(
    [1, 3, 8],
    [200, 0, 0, 0, 0, 90, 0, 0, 0, 200, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0],
  );
  const choice = { least: 50, channel: null, gap: 0 };

  test("is what hangs together there, also at a corner, at or above the threshold", () => {
    const found = partAt(mask, choice, { x: 0.2, y: 0.9 }, 0);
    expect(found && rows(found)).toEqual(["#.......", ".#......", "........"]);
    expect(partAt(mask, { ...choice, least: 1, gap: 1 }, { x: 5.5, y: 0.5 }, 0)).toMatchObject({
      data: expect.objectContaining({ 5: 1, 15: 1 }),
    });
  });

  test("is the nearest within reach where nothing is shown, and none beyond", () => {
    const found = partAt(mask, choice, { x: 4.4, y: 1.5 }, 3);
    expect(found && rows(found)).toEqual([".....#..", "........", "........"]);
    expect(partAt(mask, choice, { x: 4.4, y: 1.5 }, 0.9)).toBeNull();
    expect(partAt(mask, { ...choice, least: 255 }, { x: 0.5, y: 0.5 }, 3)).toBeNull();
  });
});
