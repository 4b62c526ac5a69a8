import { describe, expect, test } from "vitest";
import { CELL, layOut, moved, reveal, windowOf } from "../../src/browser/layout";

const HEIGHT = 3 * CELL.height;

describe("a wall of 50,000 rows", () => {
  const layout = layOut(50_000, 6 * CELL.width + 40);

  test("is as high as its lines, and shows those that are in sight", () => {
    expect(layout.columns).toBe(6);
    expect(layout.height).toBe(Math.ceil(50_000 / 6) * CELL.height);
    expect(windowOf(layout, 0, HEIGHT)).toEqual({ first: 0, end: 18, shift: 0 });
    const half = 100.5 * CELL.height;
    expect(windowOf(layout, half, HEIGHT)).toEqual({ first: 600, end: 624, shift: 0 });
    const { first, end } = windowOf(layout, layout.height - HEIGHT, HEIGHT);
    expect([first, end]).toEqual([49_986, 50_000]);
  });

  test("is scrolled as little as shows a place", () => {
    expect(reveal(layout, 7, 0, HEIGHT)).toBe(0);
    expect(reveal(layout, 18, 0, HEIGHT)).toBe(CELL.height);
    expect(reveal(layout, 0, 999, HEIGHT)).toBe(0);
  });

  test("is gone through by keys, line by line, page by page", () => {
    const go = (key: string, at: number) => moved(key, at, layout, HEIGHT);
    expect(["ArrowRight", "ArrowDown", "PageDown", "End"].map((key) => go(key, 10))).toEqual([
      ...[11, 16, 28, 49_999],
    ]);
    expect(["ArrowLeft", "ArrowUp", "PageUp", "Home"].map((key) => go(key, 3))).toEqual([
      ...[2, 3, 0, 0],
    ]);
    expect(go("ArrowDown", 49_998)).toBe(49_998);
    expect(go("a", 3)).toBeUndefined();
  });
});

describe("a wall of a million rows, higher than a browser draws a box", () => {
  const layout = layOut(1_000_000, 6 * CELL.width);
  const seen = (top: number) => windowOf(layout, top, HEIGHT);

  test("begins and ends with its first and last rows", () => {
    expect(layout.height).toBe(8_000_000);
    expect(seen(0).first).toBe(0);
    const end = seen(layout.height - HEIGHT);
    expect(end.end).toBe(1_000_000);
    // What is drawn lies where the box is scrolled to.
    const line = Math.floor(end.first / layout.columns) * CELL.height + end.shift;
    expect(line).toBeGreaterThan(layout.height - HEIGHT - CELL.height);
    expect(line + HEIGHT).toBeLessThanOrEqual(layout.height + 1);
  });

  test("shows any place that it is brought to", () => {
    for (const place of [0, 123_456, 500_000, 999_999]) {
      const { first, end } = seen(reveal(layout, place, 4_000_000, HEIGHT));
      expect(place).toBeGreaterThanOrEqual(first);
      expect(place).toBeLessThan(end);
    }
  });
});

test("a wall without rows, or of no width, has no lines and no errors", () => {
  expect(windowOf(layOut(0, 700), 0, HEIGHT)).toEqual({ first: 0, end: 0, shift: 0 });
  expect(layOut(5, 0).columns).toBe(1);
});
