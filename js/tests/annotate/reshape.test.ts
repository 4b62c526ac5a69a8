import { describe, expect, test } from "vitest";
import type { Place, Ring, Size } from "../../src/annotate/grid";
import { distance, type Region } from "../../src/annotate/region";
import { type Handle, handlesOf, keyAfter, reshaped, without } from "../../src/annotate/reshape";
import { simplified } from "../../src/annotate/simplify";

const SIZE: Size = [60, 80];
const box: Region = { type: "box", x: 10.25, y: 20.5, width: 30.13, height: 15.77 };
const handle = (region: Region, key: string) =>
  handlesOf(region).find((each) => each.key === key) as Handle;

describe("a box", () => {
  test("is taken by four corners, four sides and its middle", () => {
    const keys = handlesOf(box).map(({ key }) => key);
    expect(keys).toEqual(["nw", "n", "ne", "e", "se", "s", "sw", "w", "move"]);
  });

  test.each(["nw", "n", "ne", "e", "se", "s", "sw", "w"])(
    "moves only what the handle %s is of, also beyond the picture's edge",
    (key) => {
      const far: Place = [key.includes("w") ? -99 : 999, key.includes("n") ? -99 : 999];
      const made = reshaped(box, handle(box, key), far, SIZE) as typeof box;
      const ends = { w: made.x, e: made.x + made.width, n: made.y, s: made.y + made.height };
      const were = { w: box.x, e: box.x + box.width, n: box.y, s: box.y + box.height };
      const edges = { w: 0, e: 80, n: 0, s: 60 };
      for (const side of "wens") {
        const expected = key.includes(side) ? edges : were;
        expect(ends[side as "w"]).toBeCloseTo(expected[side as "w"], 2);
      }
      if (!/[ew]/.test(key)) expect([made.x, made.width]).toEqual([box.x, box.width]);
      if (!/[ns]/.test(key)) expect([made.y, made.height]).toEqual([box.y, box.height]);
    },
  );

  test("dragged over its other side turns around, and never is of no width", () => {
    expect(reshaped(box, handle(box, "w"), [50.38, 0], SIZE)).toMatchObject({
      x: 40.38,
      width: 10,
    });
    expect(reshaped(box, handle(box, "w"), [40.38, 0], SIZE)).toEqual(box);
  });

  test("too small for all its handles keeps those of its corners", () => {
    expect(handlesOf(box, 30).map(({ kind }) => kind)).toEqual(Array(4).fill("corner"));
  });
});

describe("a polygon", () => {
  const triangle: Region = { type: "polygon", rings: [[[0, 0], [10, 0], [0, 10]]] }; // biome-ignore format: a triangle

  test("has its points moved, and new ones made between them", () => {
    expect(reshaped(triangle, handle(triangle, "0.1"), [12.345, 90], SIZE)).toEqual({
      ...{ type: "polygon", rings: [[[0, 0], [12.35, 60], [0, 10]]] }, // biome-ignore format: a triangle
    });
    const middle = handle(triangle, "0.2+");
    expect([middle.x, middle.y]).toEqual([0, 5]);
    expect(reshaped(triangle, middle, [3, 4], SIZE)).toMatchObject({
      rings: [[[0, 0], [10, 0], [0, 10], [3, 4]]], // biome-ignore format: four points
    });
    expect(keyAfter(middle)).toBe("0.3");
  });

  test("loses a point while three are left, and a hole of three whole", () => {
    expect(without(triangle, handle(triangle, "0.0"))).toBeNull();
    const hole: Ring = [[1, 1], [2, 1], [1, 2]]; // biome-ignore format: a triangle
    const holed: Region = { ...triangle, rings: [...triangle.rings, hole] };
    expect(without(holed, handle(holed, "1.0"))).toEqual(triangle);
    expect(without(box, handle(box, "nw"))).toBeNull();
  });

  test("of 6,000 points shows the handles that there is room for", () => {
    const ring = Array.from({ length: 6000 }, (_, k): Place => {
      const angle = (2 * Math.PI * k) / 6000;
      return [40 + 25 * Math.cos(angle), 30 + 25 * Math.sin(angle)];
    });
    const shown = handlesOf({ type: "polygon", rings: [ring] }, 5);
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.length).toBeLessThan(40);
  });
});

describe("a simplified line", () => {
  test("leaves out no point that lies farther than allowed from what stays", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647 - 0.5;
    };
    const ring = Array.from({ length: 3000 }, (_, k): Place => {
      const angle = (2 * Math.PI * k) / 3000;
      return [50 + 30 * Math.cos(angle) + random(), 50 + 30 * Math.sin(2 * angle) + random()];
    });
    const kept = simplified(ring, 0.5);
    expect(kept.length).toBeLessThan(1000);
    for (const point of ring) {
      const off = kept.map((from, k) =>
        distance(point, from, kept[(k + 1) % kept.length] as Place),
      );
      expect(Math.min(...off)).toBeLessThanOrEqual(0.5);
    }
  });
});
