import { describe, expect, test } from "vitest";
import { FrameCache } from "../../src/state/cache";
import { frameOf } from "../frames";

describe("the cache", () => {
  const mask = (target: number, iteration: number) =>
    frameOf([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]], { target, iteration });

  test("forgets what was not used for longest, by bytes", () => {
    const cache = new FrameCache(30);
    for (const i of [0, 1, 2]) cache.put(mask(7, i));
    cache.nearest(7, 0);
    cache.put(mask(7, 3));
    expect([0, 1, 2, 3].map((i) => cache.has(7, i))).toEqual([true, false, true, true]);
    expect(cache.bytes).toBe(30);
  });

  test("keeps a mask larger than itself, for it is being looked at", () => {
    const cache = new FrameCache(5);
    cache.put(mask(7, 0));
    expect(cache.has(7, 0)).toBe(true);
  });

  test("putting a mask again does not count it twice", () => {
    const cache = new FrameCache(30);
    cache.put(mask(7, 0));
    cache.put(mask(7, 0));
    expect(cache.bytes).toBe(10);
  });

  test("finds the nearest of one class only", () => {
    const cache = new FrameCache(100);
    cache.put(mask(7, 0));
    cache.put(mask(7, 10));
    cache.put(mask(8, 5));
    expect(cache.nearest(7, 5)?.iteration).toBe(0);
    expect(cache.nearest(7, 6)?.iteration).toBe(10);
    expect(cache.nearest(9, 6)).toBeNull();
    expect(cache.newest(7)).toBe(10);
  });
});
