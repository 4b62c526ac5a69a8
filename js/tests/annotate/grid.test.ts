import { describe, expect, test } from "vitest";
import { countOf, emptyGrid, shifted, stroked, subtract, union } from "../../src/annotate/grid";
import { grid, rows } from "./grids";

describe("masks on the grid", () => {
  const [a, b] = [grid("##.", "##."), grid(".##", "...")];

  test("are joined and cut, and neither is changed", () => {
    expect(rows(union(a, b))).toEqual(["###", "##."]);
    expect(rows(subtract(a, b))).toEqual(["#..", "##."]);
    expect(countOf(subtract(a, a))).toBe(0);
    expect([rows(a), rows(b)]).toEqual([
      ["##.", "##."],
      [".##", "..."],
    ]);
  });

  test("of other sizes are refused in words", () => {
    expect(() => union(a, grid("#"))).toThrow("2×3 and 1×1 pixels");
  });

  test("lose what leaves the picture, and wrap around nowhere", () => {
    expect(rows(shifted(a, 2, -1))).toEqual(["..#", "..."]);
    expect(countOf(shifted(a, 3, 0))).toBe(0);
    expect(countOf(shifted(a, 0, -5))).toBe(0);
  });

  test("get the pixels whose middle a brush passes over, and of a thin one the one it is in", () => {
    const empty = emptyGrid([3, 6]);
    expect(rows(stroked(empty, [1.5, 1.5], [4.5, 1.5], 1))).toEqual([".####.", "######", ".####."]);
    expect(rows(stroked(empty, [2.9, 0.1], [2.9, 0.1], 0.1))).toEqual([
      ...["..#...", "......", "......"],
    ]);
    expect(countOf(stroked(empty, [-9, -9], [-9, -9], 2))).toBe(0);
  });
});
