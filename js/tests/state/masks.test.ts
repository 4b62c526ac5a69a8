import { describe, expect, test } from "vitest";
import type { Frame } from "../../src/kernel/frame";
import { count, radii, rest, stroke, thresholded, whereabouts } from "../../src/state/masks";

function mask(height: number, width: number, value: (c: number, y: number, x: number) => number) {
  const data = new Uint8Array(3 * height * width);
  for (let c = 0, i = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[i++] = value(c, y, x);
  }
  const about = { run: 1, target: 5, iteration: 2, score: 0.5, mean: 0.5, seq: 0, last: false };
  return { ...about, channels: 3, height, width, data } satisfies Frame;
}

describe("count", () => {
  test("counts values by bin, and pixels by their largest channel", () => {
    const counted = count(mask(1, 4, (c, _, x) => (c === 1 ? [0, 8, 100, 255][x] : 0) as number));
    expect(counted.bins[0]).toBe(8 + 1);
    expect(counted.bins[1]).toBe(1);
    expect(counted.bins[31]).toBe(1);
    expect([0, 1, 8, 9, 101, 255].map((t) => counted.kept[t])).toEqual([
      1, 0.75, 0.75, 0.5, 0.25, 0.25,
    ]);
  });
});

describe("a threshold", () => {
  const given = mask(2, 2, (c, y, x) => 60 * c + 10 * y + x);
  test("hides what is below the threshold and nothing else", () => {
    expect([...thresholded(given, 61).data]).toEqual([
      0, 0, 0, 0, 0, 61, 70, 71, 120, 121, 130, 131,
    ]);
  });
  test("is the mask itself at 0, and made once", () => {
    expect(thresholded(given, 0)).toBe(given);
    expect(thresholded(given, 3)).toBe(thresholded(given, 3));
  });
});

test("rest is what the mask does not show", () => {
  expect([...rest(mask(1, 1, (c) => [0, 55, 255][c] as number)).data]).toEqual([255, 200, 0]);
});

describe("stroke", () => {
  const source = mask(9, 9, () => 200);
  const drawn = (brush: Partial<Parameters<typeof stroke>[2]>, to = { x: 4, y: 4 }) => {
    const data = source.data.map(() => 90);
    const all = { mode: "erase", radius: 1, channels: [true, true, true], ...brush } as const;
    stroke(data, source, all, { x: 4, y: 4 }, to);
    return data;
  };
  const plane = (data: Uint8Array, c: number) => data.subarray(81 * c, 81 * (c + 1));

  test("touches the pixels whose middle is within the radius", () => {
    const touched = [...plane(drawn({}), 0).entries()].filter(([, v]) => v === 0).map(([i]) => i);
    expect(touched).toEqual([31, 39, 40, 41, 49]);
  });
  test("with radius 0 touches the pixel itself", () => {
    expect(drawn({ radius: 0 }).filter((v) => v === 0)).toHaveLength(3);
  });
  test("restores what the explanation shows, or reveals the image", () => {
    expect(drawn({ mode: "restore" })[40]).toBe(200);
    expect(drawn({ mode: "reveal" })[40]).toBe(255);
  });
  test("keeps to its channels", () => {
    const data = drawn({ channels: [false, true, false] });
    expect([0, 1, 2].map((c) => plane(data, c)[40])).toEqual([90, 0, 90]);
  });
  test("leaves no gap on its way, and stays in the image", () => {
    const data = drawn({ radius: 0.6 }, { x: 60, y: 4 });
    expect([...plane(data, 0).subarray(36, 45)]).toEqual([90, 90, 90, 90, 0, 0, 0, 0, 0]);
    expect(data.filter((v) => v === 0)).toHaveLength(15);
  });
});

describe("whereabouts", () => {
  test("names the places with most of the mask", () => {
    const words = whereabouts(mask(9, 9, (_, y, x) => (y < 3 && x < 3 ? 200 : 0)));
    expect(words).toBe("where it lies: upper left 100%");
  });
  test("names a color that dominates", () => {
    expect(whereabouts(mask(9, 9, (c, y, x) => (c === 0 && y === 4 && x === 4 ? 9 : 0)))).toContain(
      "center 100%, mostly in red",
    );
  });
  test("says so where there is nothing", () => {
    expect(whereabouts(mask(3, 3, () => 0))).toBe("no evidence");
  });
});

test("the brush is as large in every image", () => {
  expect(radii(28, 28)).toEqual({ first: 1, most: 5 });
  expect(radii(224, 224)).toEqual({ first: 6, most: 40 });
  expect(radii(1600, 1024)).toEqual({ first: 28, most: 184 });
  expect(radii(1, 1)).toEqual({ first: 1, most: 1 });
});
