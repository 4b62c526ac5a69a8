/// <reference types="vite/client" />
import { describe, expect, test, vi } from "vitest";
import { gridBounds, outline, type Ring, type Size } from "../../src/annotate/grid";
import {
  areaOf,
  besides,
  boundsOf,
  gridOf,
  hits,
  moved,
  type Region,
  regionOf,
} from "../../src/annotate/region";
import { decode, encode, pack } from "../../src/annotate/rle";
import cases from "./fixtures/regions.json";
import { grid, rows } from "./grids";

interface Case {
  region: Region;
  size: Size;
  counts: string;
  bounds: number[];
}

describe("a region", () => {
  test.each(cases as unknown as Case[])(
    "$region.type has the pixels and bounds that it has in Python ($#)",
    ({ region, size, counts, bounds }) => {
      expect(encode(gridOf(region, size))).toBe(counts);
      expect([...boundsOf(region)]).toEqual(bounds);
    },
  );

  test("is hit where it is, a point also nearby, and a hole is not", () => {
    const ring: Ring = [[0, 0], [9, 0], [9, 9], [0, 9]]; // biome-ignore format: a square
    const hole: Ring = [[3, 3], [6, 3], [6, 6], [3, 6]]; // biome-ignore format: a square
    const square: Region = { type: "polygon", rings: [ring, hole] };
    expect(hits(square, 1, 1, 0.1)).toBe(true);
    expect(hits(square, 4.5, 4.5, 0.1)).toBe(false);
    expect(hits(square, 9.5, 4, 0.6)).toBe(true);
    expect(hits({ type: "point", x: 4, y: 4 }, 5, 5, 2)).toBe(true);
    expect(hits({ type: "point", x: 4, y: 4 }, 5, 5, 1)).toBe(false);
    const mask = regionOf(grid("..#", "#..")) as Region;
    expect([hits(mask, 2.9, 0.9, 0), hits(mask, 1.5, 0.5, 0), hits(mask, -1, 9, 20)]).toEqual([
      ...[true, false, false],
    ]);
  });

  test("moves as far as it stays in the picture, a mask by whole pixels", () => {
    const box: Region = { type: "box", x: 1, y: 1, width: 2, height: 2 };
    expect(moved(box, 0.5, 9, [6, 8])).toEqual({ ...box, x: 1.5, y: 4 });
    expect(moved(box, -9, 0, [6, 8])).toEqual({ ...box, x: 0 });
    const mask = regionOf(grid("##.", "#..", "...")) as Region;
    const there = moved(mask, 0.6, 9, [3, 3]);
    expect(rows(gridOf(there, [3, 3]))).toEqual(["...", ".##", ".#."]);
    expect(moved(there, 0.4, 0.2, [3, 3])).toBe(there);
  });

  test("that was read from a file and reaches out of the picture does not jump into it", () => {
    const box: Region = { type: "box", x: -5, y: 1, width: 7, height: 2 };
    expect(moved(box, 1, 0, [6, 8])).toEqual({ ...box, x: -4 });
    expect(moved(box, -1, 0, [6, 8])).toBe(box);
  });

  test("moved there and back is where it was", () => {
    const polygon: Region = { type: "polygon", rings: [[[1.1, 2.3], [5.7, 2.9], [3.3, 4.1]]] }; // biome-ignore format: a triangle
    let there: Region = polygon;
    for (let k = 0; k < 200; k++) there = moved(there, 0.1, 0.07, [60, 60]);
    for (let k = 0; k < 200; k++) there = moved(there, -0.1, -0.07, [60, 60]);
    expect(there).toEqual(polygon);
  });

  test("has its copy beside it, also in the picture's corner", () => {
    const box: Region = { type: "box", x: 90, y: 90, width: 10, height: 10 };
    expect(besides(box, [100, 100])).toEqual({ ...box, x: 87, y: 87 });
    expect(areaOf(besides(box, [100, 100]))).toBe(100);
  });
});

describe("run lengths", () => {
  test.each([
    ["~", "character"],
    ["9", "add up"],
    ["ooooooo", "middle"],
    ["oooooooooooooo0", "character"],
  ])("that are none are refused in words: %s", (counts, words) => {
    expect(() => decode(counts, [2, 2])).toThrow(words);
  });

  test("with a negative one among them are refused, though they add up", () => {
    const counts = pack([67, -3]);
    expect(() => decode(counts, [8, 8])).toThrow("a run has the negative length -3");
    expect(() => decode(pack([68, 0, -3]), [8, 8])).toThrow("a run has the negative length -3");
  });

  test("that do not add up have no memory taken for the size that they name", () => {
    const size: Size = [32768, 32768];
    const taken = vi.spyOn(globalThis, "Uint8Array");
    expect(() => decode("4", size)).toThrow("add up to 4, but a mask of 32768×32768");
    expect(taken).not.toHaveBeenCalled();
    taken.mockRestore();
  });

  test.each([32769, 0, -1, 1.5, 1e7])("of a mask with a side of %s are refused", (side) => {
    const words = `a side is a whole number of pixels from 1 to 32768, got ${side}`;
    expect(() => decode(pack([side]), [side, 1])).toThrow(words);
    expect(() => decode(pack([side]), [1, side])).toThrow(words);
  });
});

describe("the outline of a mask", () => {
  const filled = (rings: Ring[], size: Size) => rows(gridOf({ type: "polygon", rings }, size));

  test("runs from corner to corner and gives the mask again, holes and touching corners too", () => {
    const mask = grid("####.", "#..#.", "#.##.", "####.", "....#");
    expect(filled(outline(mask), [5, 5])).toEqual(rows(mask));
    expect(outline(grid("##", "##"))).toEqual([[[0, 0], [2, 0], [2, 2], [0, 2]]]); // biome-ignore format: a square
    expect(outline(grid("#.", ".#"))).toHaveLength(2);
    expect(outline(grid("..", ".."))).toEqual([]);
  });

  test("is exact for every mask of the fixtures", () => {
    for (const { counts, size } of cases as unknown as Case[]) {
      const mask = decode(counts, size);
      expect(filled(outline(mask), size)).toEqual(rows(mask));
      expect(gridBounds(mask)).not.toBeNull();
    }
  });
});
