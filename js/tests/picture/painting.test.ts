import { describe, expect, test } from "vitest";
import { VIRIDIS } from "../../src/picture/colormap";
import {
  blend,
  colorAt,
  dimmed,
  isEmpty,
  type Look,
  PLAIN,
  paint,
  pixelAt,
  type Rgb,
  remains,
  type Scene,
  type View,
} from "../../src/picture/painting";
import { DARK, LIGHT } from "../../src/picture/paper";
import { frameOf } from "../frames";

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

function painted(view: View, of = scene, look: Partial<Look> = {}): number[] {
  const out = new Uint8ClampedArray(8);
  paint(view, of, out, { ...PLAIN, ...look });
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

describe("paper", () => {
  const one = (color: Rgb, values: Rgb, look: Partial<Look> = {}, view: View = "paper") => {
    const of = {
      ...scene,
      image: frameOf(color.map((value) => [value])),
      mask: frameOf(values.map((value) => [value])),
    };
    const out = new Uint8ClampedArray(4);
    paint(view, of, out, { ...PLAIN, ...look });
    return [...out].slice(0, 3);
  };

  test("is the photo where all is shown, and nothing but paper where nothing is", () => {
    expect(one([200, 50, 10], [255, 255, 255])).toEqual([200, 50, 10]);
    expect(one([200, 50, 10], [0, 0, 0])).toEqual([...LIGHT.plain]);
    expect(one([200, 50, 10], [0, 0, 0], { dark: true })).toEqual([...DARK.plain]);
    expect(one([200, 50, 10], [51, 51, 51])).toEqual([229, 197, 184]);
  });

  test("a color shown in red alone reads as red", () => {
    expect(one([200, 200, 200], [255, 0, 0])).toEqual([200, 0, 0]);
    expect(one([255, 0, 0], [255, 0, 0])).toEqual([255, 0, 0]);
    expect(one([200, 100, 50], [0, 255, 255])).toEqual([0, 100, 50]);
  });

  test("channels that differ a little leave the photo its color", () => {
    expect(one([200, 180, 160], [255, 230, 240])).toEqual([200, 180, 161]);
  });

  test("the rest is the other part, and of a game that takes away paper holds what is left", () => {
    for (const [view, takes] of [["rest", false] as const, ["paper", true] as const]) {
      expect(one([200, 50, 10], [0, 0, 0], { takes }, view)).toEqual([200, 50, 10]);
      expect(one([200, 50, 10], [255, 255, 255], { takes }, view)).toEqual([...LIGHT.line]);
    }
    expect(one([200, 50, 10], [255, 255, 255], { takes: true }, "rest")).toEqual([200, 50, 10]);
    expect(one([200, 50, 10], [0, 0, 0], { takes: true }, "rest")).toEqual([...LIGHT.plain]);
  });

  test("its hatching covers a quarter, whatever the picture's size", () => {
    for (const side of [8, 224, 512]) {
      const full = new Uint8Array(side * side).fill(255);
      const frame = { ...mask, channels: 1, height: side, width: side, data: full };
      const out = new Uint8ClampedArray(4 * side * side);
      paint("rest", { image: frame, reference: frame, dim: frame, mask: frame }, out, PLAIN);
      const lines = out.filter((value, k) => k % 4 === 0 && value === LIGHT.line[0]).length;
      expect(lines / side / side).toBeGreaterThan(0.12);
      expect(lines / side / side).toBeLessThan(0.3);
    }
  });
});

describe("for the eye alone", () => {
  test("a boost multiplies what is drawn, up to 1, and no value that is read", () => {
    expect(painted("mask", scene, { boost: 2 })).toEqual([255, 0, 255, 255, 0, 255, 102, 255]);
    expect(painted("evidence", scene, { boost: 4 }).slice(4, 7)).toEqual([124, 20, 225]);
    expect(painted("image", scene, { boost: 8 })).toEqual(painted("image"));
    expect(pixelAt(scene, 1, 0).mask).toEqual([0, 1, 0.2]);
    expect([...(scene.mask?.data ?? [])]).toEqual([255, 0, 0, 255, 128, 51]);
  });

  test("one channel alone is gray, with that channel's own values", () => {
    expect(painted("mask", scene, { channel: 2 })).toEqual([128, 128, 128, 255, 51, 51, 51, 255]);
    expect(painted("image", scene, { channel: 0 })).toEqual([200, 200, 200, 255, 10, 10, 10, 255]);
    for (const channel of [0, 1, 2] as const) {
      const whole = painted("evidence");
      const [a, b] = [whole[channel], whole[4 + channel]];
      expect(painted("evidence", scene, { channel })).toEqual([a, a, a, 255, b, b, b, 255]);
    }
    const color = 3 * 51;
    expect(painted("heat", scene, { channel: 2 }).slice(4, 7)).toEqual([
      ...VIRIDIS.slice(color, color + 3),
    ]);
  });

  test("the color of a pixel is the one that is painted", () => {
    for (const view of ["paper", "evidence", "mask", "heat", "overlay", "image"] as const) {
      for (const look of [PLAIN, { ...PLAIN, boost: 4 }, { ...PLAIN, channel: 1 as const }]) {
        expect(colorAt(view, scene, look, 1, 0)).toEqual(painted(view, scene, look).slice(4, 7));
      }
    }
  });
});

test("what remains is the image where the mask is empty, the reference where it is full", () => {
  expect(remains(scene, 0, 0)).toEqual([124, 100, 52]);
  expect(remains({ ...scene, mask: null }, 0, 0)).toEqual([200, 100, 0]);
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
