import { expect, test } from "vitest";
import { diverging } from "../../src/beside/colormap";
import { asMask, figureOf } from "../../src/beside/figure";
import { VIRIDIS } from "../../src/picture/colormap";
import { colorAt, type Look, PLAIN, paint, type Scene } from "../../src/picture/painting";
import { made } from "./made";

const drawn = (values: Parameters<typeof figureOf>[0], look: Look = PLAIN) => {
  const out = new Uint8ClampedArray(4 * values.width);
  figureOf(values).paint(out, look);
  return Array.from({ length: values.width }, (_, i) => [...out.subarray(4 * i, 4 * i + 3)]);
};
const viridis = (level: number) => [...VIRIDIS.subarray(3 * level, 3 * level + 3)];
const sided = (level: number, dark = false) => [
  ...diverging(dark).subarray(3 * (level + 255), 3 * (level + 255) + 3),
];

test("unit values have the heat's colors on the fixed scale from 0 to 1, however small all are", () => {
  expect(drawn(made([0, 0.1, 0.5, 1]))).toEqual([0, 26, 128, 255].map(viridis));
  expect(drawn(made([0, 0.1]))).toEqual([0, 26].map(viridis));
});

test("signed values are symmetric around the paper's color, up to the scale that is told", () => {
  const values = made([-0.03, -0.015, 0, 0.015, 0.03], { signed: true, scale: 0.03 });
  expect(drawn(values)).toEqual([-255, -128, 0, 128, 255].map((level) => sided(level)));
  expect(drawn(values, { ...PLAIN, dark: true })[2]).toEqual(sided(0, true));
});

test("of three channels the mean is drawn, or the one that is looked at", () => {
  const values = made([1, 0, 0, 0, -1, 0], { signed: true, channels: 3 }); // 2 pixels: r, g, b
  expect(drawn(values)).toEqual([sided(0), sided(0)]);
  expect(drawn(values, { ...PLAIN, channel: 0 })).toEqual([sided(255), sided(0)]);
  expect(drawn(values, { ...PLAIN, channel: 2 })).toEqual([sided(-255), sided(0)]);
});

test("a boost multiplies what is drawn, to the end of the scale, and nothing that is read", () => {
  const values = made([0.1, -0.9], { signed: true });
  expect(drawn(values, { ...PLAIN, boost: 4 })).toEqual([sided(102), sided(-255)]);
  expect([0, 1].map((pixel) => figureOf(values).read(pixel, null))).toEqual(["+0.10", "−0.90"]);
});

test("one color alone is the same as in the whole picture", () => {
  const values = made([0.1, 0.7, 0.2]);
  const figure = figureOf(values);
  const frame = { channels: 3, height: 1, width: 3, data: new Uint8Array(9) };
  const scene = {
    image: frame,
    reference: frame,
    dim: frame,
    mask: null,
    figure,
  } as never as Scene;
  expect(colorAt("heat", scene, PLAIN, 1, 0)).toEqual(drawn(values)[1]);
  expect(figureOf(values)).toBe(figure);
});

test("beside the divider's line stands the image, not the attribution", () => {
  const image = { channels: 3, height: 1, width: 1, data: Uint8Array.of(9, 8, 7) };
  const figure = figureOf(made([1]));
  const scene = { image, reference: image, dim: image, mask: null, figure } as never as Scene;
  const out = new Uint8ClampedArray(4);
  paint("image", scene, out);
  expect([...out]).toEqual([9, 8, 7, 255]);
  paint("heat", scene, out);
  expect([...out.subarray(0, 3)]).toEqual(viridis(255));
});

test("a test takes unit values as they are, and the positive part of signed ones", () => {
  expect([...asMask(made([0, 0.5, 1]))]).toEqual([0, 128, 255, 0, 128, 255, 0, 128, 255]);
  const signed = made([-0.03, 0.015], { signed: true, scale: 0.03 });
  expect([...asMask(signed)]).toEqual([0, 128, 0, 128, 0, 128]);
});
