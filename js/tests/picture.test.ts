import { describe, expect, test } from "vitest";
import { VIRIDIS } from "../src/colormap";
import { blend, dimmed, isEmpty, paint, pixelAt, type Scene, type View } from "../src/picture";
import { frameOf } from "./frames";

const image = frameOf([
  [200, 10],
  [100, 20],
  [0, 255],
]);
const reference = frameOf([
  [124, 124],
  [116, 116],
  [104, 104],
]);
const mask = frameOf([
  [255, 0],
  [0, 255],
  [128, 51],
]);
const scene: Scene = { image, reference, dim: dimmed(image), mask };

function painted(view: View, of = scene): number[] {
  const out = new Uint8ClampedArray(8);
  paint(view, of, out);
  return [...out];
}

test("evidence is floor((m·x + (255−m)·r + 127) / 255) for all m, x, r", () => {
  for (let m = 0; m < 256; m++) {
    for (const x of [0, 1, 2, 77, 127, 128, 200, 254, 255]) {
      for (const r of [0, 1, 104, 116, 124, 128, 255]) {
        const total = BigInt(m) * BigInt(x) + BigInt(255 - m) * BigInt(r) + 127n;
        expect(blend(m, x, r)).toBe(Number(total / 255n));
      }
    }
  }
});

describe("every view is opaque and keeps the channels apart", () => {
  test("evidence: the image where the mask is full, the reference where it is empty", () => {
    expect(painted("evidence")).toEqual([200, 116, 52, 255, 124, 20, 134, 255]);
  });

  test("mask: its values as a color", () => {
    expect(painted("mask")).toEqual([255, 0, 128, 255, 0, 255, 51, 255]);
  });

  test("heat: the color of the mean over the channels", () => {
    const [a, b] = [128, 102];
    expect(painted("heat")).toEqual([
      ...VIRIDIS.slice(a * 3, a * 3 + 3),
      255,
      ...VIRIDIS.slice(b * 3, b * 3 + 3),
      255,
    ]);
  });

  test("overlay: a full mask shows the image, an empty one a gray", () => {
    const full = frameOf([
      [255, 0],
      [255, 0],
      [255, 0],
    ]);
    const [r, g, b, , r1, g1, b1] = painted("overlay", { ...scene, mask: full });
    expect([r, g, b]).toEqual([200, 100, 0]);
    expect(r1).toBe(g1);
    expect(g1).toBe(b1);
  });

  test("image: as it came", () => {
    expect(painted("image")).toEqual([200, 100, 0, 255, 10, 20, 255, 255]);
  });
});

test("a mask of one channel counts for all three", () => {
  const gray = { ...scene, mask: frameOf([[255, 0]]) };
  expect(painted("evidence", gray)).toEqual([200, 100, 0, 255, 124, 116, 104, 255]);
});

test("a pixel's readout is what the canvas holds", () => {
  const pixel = pixelAt(scene, 1, 0);
  expect(pixel.image).toEqual([10, 20, 255]);
  expect(pixel.mask).toEqual([0, 1, 0.2]);
  expect(pixel.evidence).toEqual(painted("evidence").slice(4, 7));
});

test("only a mask that is zero everywhere is empty", () => {
  expect(isEmpty(frameOf([[0, 0]]))).toBe(true);
  expect(isEmpty(frameOf([[0, 1]]))).toBe(false);
});

describe("the color map", () => {
  test("is viridis, within 3 levels", () => {
    const known = {
      0: [68, 1, 84],
      64: [59, 82, 139],
      128: [33, 145, 140],
      192: [94, 201, 98],
      255: [253, 231, 37],
    };
    for (const [index, color] of Object.entries(known)) {
      for (const [c, value] of color.entries()) {
        expect(Math.abs((VIRIDIS[Number(index) * 3 + c] ?? 0) - value)).toBeLessThanOrEqual(3);
      }
    }
  });

  test("grows lighter all the way, so that it reads without color", () => {
    const luminance = (i: number) =>
      [0.2126, 0.7152, 0.0722].reduce(
        (sum, weight, c) => sum + weight * ((VIRIDIS[i * 3 + c] ?? 0) / 255) ** 2.2,
        0,
      );
    for (let i = 8; i < 256; i += 8) expect(luminance(i)).toBeGreaterThan(luminance(i - 8));
  });
});
