import { describe, expect, test } from "vitest";
import { arrange, gridSize, pictureSize, stageOf } from "../../src/picture/layout";

describe("several pictures", () => {
  const image = { width: 224, height: 224 };
  const PANELS = [258, 286, 486, 636, 686, 836, 986, 1136, 1186];

  test.each([
    [686, 1, 2, 2, 224],
    [686, 1, 4, 2, 224],
    [686, 1, 5, 3, 140],
    [1186, 1, 4, 2, 224],
    // A wide panel has more room for five and more.
    [1100, 1, 5, 3, 224],
    [1100, 1, 6, 3, 224],
    [1186, 1, 3, 2, 224],
    [486, 1, 4, 2, 224],
    [486, 2, 4, 2, 224],
    [286, 1, 4, 2, 110],
    [378, 1, 4, 2, 186],
  ])("in %i px at ratio %d, %i of them: %i in a row", (panel, ratio, count, columns, least) => {
    const grid = gridSize(stageOf(panel, image, ratio, count), image, ratio, count);
    expect(grid.columns).toBe(columns);
    expect(grid.width).toBeGreaterThanOrEqual(least);
  });

  const shapes = [image, { width: 900, height: 160 }, { width: 40, height: 700 }];
  test.each(shapes)("of %o take no more room than one of them has, with its caption", (shape) => {
    for (const panel of PANELS)
      for (const ratio of [1, 1.25, 2])
        for (const count of [2, 3, 4, 5, 10]) {
          const stage = stageOf(panel, shape, ratio, count);
          const grid = gridSize(stage, shape, ratio, count);
          const rows = Math.ceil(count / grid.columns);
          const high = rows * (grid.height + grid.title) + 6 * (rows - 1);
          const wide = grid.columns * grid.width + 6 * (grid.columns - 1);
          expect(wide).toBeLessThanOrEqual(stage.width + 1e-6);
          expect(high).toBeLessThanOrEqual(stage.height + 1e-6);
          expect(grid.title).toBe(grid.width < 165 ? 36 : 20);
          expect(stage.width).toBeLessThanOrEqual(Math.max(panel, 126));
        }
  });
});

describe("the picture's size", () => {
  const image = { width: 224, height: 224 };

  test.each([
    [500, 1, 448],
    [700, 1, 448],
    [1200, 1, 448],
    [700, 2, 448],
    [1200, 2, 560],
    [340, 3, 298.667],
  ])("at %d px and a ratio of %d is %d px", (panel, ratio, expected) => {
    const size = pictureSize(panel, image, ratio);
    expect(size.width).toBeCloseTo(expected, 2);
    expect(size.whole).toBe(true);
    expect((size.width * ratio) / 224).toBeCloseTo(Math.round((size.width * ratio) / 224), 6);
  });

  test("an image that would leave much of the room empty fills it", () => {
    expect(pictureSize(378, image, 1)).toEqual({ width: 378, height: 378, whole: false });
    expect(pictureSize(268, image, 1)).toEqual({ width: 224, height: 224, whole: true });
  });

  test("an image larger than the room is made to fit", () => {
    const size = pictureSize(500, { width: 2048, height: 1024 }, 1);
    expect(size).toEqual({ width: 500, height: 250, whole: false });
  });

  test("the panel is arranged by its own width", () => {
    const arranged = [500, 700, 1200].map((width) => arrange(width, image, 1));
    expect(arranged).toEqual(["narrow", "medium", "wide"]);
    // Beside each other at 640 the picture would fall from 2 to 1 pixel each.
    expect(arrange(640, image, 1)).toBe("narrow");
    expect(arrange(680, image, 2)).toBe("medium");
  });
});
