import { expect, test } from "vitest";
import { diverging, divergingGradient } from "../../src/beside/colormap";
import { DARK, LIGHT } from "../../src/picture/paper";

/** Lightness, CIE L*. */
function lightness([r, g, b]: readonly number[]): number {
  const linear = [r, g, b].map((value) => {
    const share = (value as number) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const y = 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

const colorOf = (level: number, dark: boolean) => [
  ...diverging(dark).subarray(3 * (level + 255), 3 * (level + 255) + 3),
];

test.each([
  ["light", false, LIGHT.plain],
  ["dark", true, DARK.plain],
])("zero is the paper's color on %s paper, and no other value is", (_, dark, plain) => {
  expect(colorOf(0, dark)).toEqual(plain);
  for (const level of [-3, 3]) expect(colorOf(level, dark)).not.toEqual(plain);
});

test.each([
  ["light", false, -1],
  ["dark", true, 1],
])(
  "on %s paper both sides are as far from it in lightness, farther with every step",
  (_, dark, way) => {
    const paper = lightness(colorOf(0, dark));
    for (let level = 17; level <= 255; level += 17) {
      const [over, under] = [lightness(colorOf(level, dark)), lightness(colorOf(-level, dark))];
      expect(Math.abs(over - under)).toBeLessThan(5);
      for (const [sign, value] of [
        [1, over],
        [-1, under],
      ] as const) {
        expect(way * (value - lightness(colorOf(sign * (level - 17), dark)))).toBeGreaterThan(0);
        expect(way * (value - paper)).toBeGreaterThan(0);
      }
    }
  },
);

test("for the class is red, against it is blue, at every strength", () => {
  for (const dark of [false, true]) {
    for (const level of [40, 128, 255]) {
      const [over, under] = [colorOf(level, dark), colorOf(-level, dark)];
      expect((over[0] ?? 0) - (over[2] ?? 0)).toBeGreaterThan(0);
      expect((under[2] ?? 0) - (under[0] ?? 0)).toBeGreaterThan(0);
    }
  }
});

test("the legend begins and ends with the very colors of the picture", () => {
  const hex = (color: number[]) =>
    `#${color.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  for (const dark of [false, true]) {
    const css = divergingGradient(dark);
    expect(css.indexOf(hex(colorOf(-255, dark)))).toBeGreaterThan(0);
    expect(css.endsWith(`${hex(colorOf(255, dark))})`)).toBe(true);
    expect(css).toContain(`rgb(${colorOf(0, dark).join(" ")})`);
  }
});
