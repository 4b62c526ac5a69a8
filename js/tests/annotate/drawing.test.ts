import { afterEach, expect, test, vi } from "vitest";
import { largeOf, trailOf } from "../../src/annotate/drawing";
import { outline, stroked } from "../../src/annotate/grid";

/** A square of `side` pixels with its upper left corner there. */
const square = (x: number, y: number, side: number) =>
  [[x, y], [x + side, y], [x + side, y + side], [x, y + side]] as const; // biome-ignore format: corners

test("small parts and holes of a mask get no line, large ones and a mask's only part do", () => {
  const [part, hole, speck] = [square(0, 0, 30), square(10, 10, 5), square(40, 0, 3)];
  expect(largeOf([part, hole, speck])).toEqual([part, hole]);
  expect(largeOf([square(0, 0, 100), hole])).toHaveLength(1);
  expect(largeOf([speck])).toEqual([speck]);
  expect(largeOf([])).toEqual([]);
});

afterEach(() => void vi.unstubAllGlobals());

test("a line that grows is put together once", () => {
  let steps = 0;
  const step = () => {
    steps += 1;
  };
  vi.stubGlobal("Path2D", function path() {
    return { moveTo: step, lineTo: step };
  });
  const points: [number, number][] = [];
  for (let k = 0; k < 6000; k++) {
    points.push([k, k % 7]);
    trailOf(points);
  }
  expect(steps).toBe(6000);
});

test("a stroke takes away as it adds", () => {
  const data = new Uint8Array(100).fill(1);
  const cut = stroked({ height: 10, width: 10, data }, [2, 5], [8, 5], 1, 0);
  expect(cut.data.filter((value) => value === 0)).toHaveLength(
    stroked({ height: 10, width: 10, data: new Uint8Array(100) }, [2, 5], [8, 5], 1).data.reduce(
      (sum, value) => sum + value,
    ),
  );
  expect(outline(cut)).toHaveLength(2);
});
