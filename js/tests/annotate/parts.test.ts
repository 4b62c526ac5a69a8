import { describe, expect, test } from "vitest";
import {
  automatic,
  mostAt,
  type Proposing,
  partAt,
  parts,
  proposing,
} from "../../src/annotate/parts";
import { encode } from "../../src/annotate/rle";
import { frameOf } from "../frames";
import cases from "./fixtures/parts.json";
import proposals from "./fixtures/proposals.json";
import { rows } from "./grids";

const maskOf = ([channels, height, width]: readonly number[], values: readonly number[]) =>
  frameOf([[...values]], { channels: channels as number, height: height as number, width: width as number }); // biome-ignore format: one line

test.each(cases)("the parts are those of the rule as it is worded ($#)", (each) => {
  const found = parts(maskOf(each.mask.size, each.mask.values), { ...each, share: 0 } as Proposing);
  const described = found.map((part) => ({
    ...{ counts: encode(part.grid), pixels: part.pixels },
    share: part.share,
  }));
  expect(described).toEqual(each.parts);
});

type Channels = [0 | 1 | 2];
const proposed = proposals.filter(({ options }) => (options.channels?.length ?? 1) === 1);

test.each(proposed)("what is proposed is what Python proposes ($#)", (each) => {
  const values = Uint8Array.from(atob(each.mask), (sign) => sign.charCodeAt(0));
  const mask = maskOf([3, ...each.size], [...values]);
  const { threshold, least, gap, count, channels } = each.options as {
    threshold?: number;
    least?: number;
    gap?: number;
    count?: number;
    channels?: Channels;
  };
  const wanted = proposing(mask, channels?.[0] ?? null, threshold ? each.threshold : 0);
  if (each.threshold > 0) expect(wanted.least).toBe(each.threshold);
  if (gap !== undefined) wanted.gap = gap;
  if (least !== undefined) wanted.share = least;
  if (count !== undefined) wanted.most = count;
  const found = parts(mask, wanted);
  expect(found.map(({ grid }) => encode(grid))).toEqual(each.parts.map(({ counts }) => counts));
  for (const [k, { share }] of found.entries())
    expect(share).toBeCloseTo(each.parts[k]?.share ?? -1, 12);
});

test("a threshold that a person chose is kept; an automatic one leaves two fifths above it", () => {
  const mask = maskOf([1, 1, 4], [10, 20, 30, 40]);
  expect(automatic(mask, null)).toBe(40);
  expect(automatic(maskOf([1, 1, 4], [10, 20, 31, 40]), null)).toBe(31);
  expect(automatic(maskOf([2, 1, 2], [9, 0, 0, 200]), 0)).toBe(9);
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

test("the most around a place is of the channels that count, within reach", () => {
  const mask = maskOf([3, 1, 4], [0, 10, 0, 90, 0, 20, 0, 0, 0, 30, 0, 0]);
  expect(mostAt(mask, null, { x: 1.5, y: 0.5 }, 1)).toBe(30);
  expect(mostAt(mask, 1, { x: 1.5, y: 0.5 }, 1)).toBe(20);
  expect(mostAt(mask, null, { x: 1.5, y: 0.5 }, 2)).toBe(90);
  expect(mostAt(mask, null, { x: 0.5, y: 0.5 }, 0)).toBe(0);
});
