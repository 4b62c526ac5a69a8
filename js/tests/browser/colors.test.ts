import { expect, test } from "vitest";
import { DARK, LIGHT } from "../../src/browser/colors";

type Vector = [number, number, number];

const by = (matrix: readonly Vector[], v: Vector) =>
  matrix.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Vector;

function linear(hex: string): Vector {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Vector;
}

/** OKLab (Ottosson, 2020) of linear sRGB. */
function oklab(color: Vector): Vector {
  const cones = by(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    color.map((value) => Math.min(1, Math.max(0, value))) as Vector,
  );
  return by(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as Vector,
  );
}

/** What is seen without one kind of cones (Machado et al., 2009, severity 1). */
const SEEN: Record<string, Vector[]> = {
  everything: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "no red": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "no green": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "no blue": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const luminance = (hex: string) => by([[0.2126, 0.7152, 0.0722]], linear(hex))[0];

test.each([
  ["light", LIGHT, "#ffffff"],
  ["dark", DARK, "#111111"],
])(
  "ten colors on a %s page are told apart, from it and from each other, by all readers",
  (_, colors, ground) => {
    expect(colors.length).toBe(10);
    for (const color of colors) {
      const [less, more] = [luminance(color), luminance(ground)].sort((a, b) => a - b);
      expect(((more ?? 0) + 0.05) / ((less ?? 0) + 0.05), color).toBeGreaterThanOrEqual(3);
    }
    for (const [who, matrix] of Object.entries(SEEN)) {
      const seen = colors.map((color) => oklab(by(matrix, linear(color))));
      seen.forEach((a, k) => {
        for (const [j, b] of seen.slice(0, k).entries())
          expect(
            Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]),
            `${who}: ${colors[k]}, ${colors[j]}`,
          ).toBeGreaterThan(0.087);
      });
    }
  },
);
