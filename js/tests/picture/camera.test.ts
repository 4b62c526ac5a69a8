import { describe, expect, test } from "vitest";
import { panBy, place, reveal, visible, WHOLE, zoomAt } from "../../src/picture/camera";

const PANE = { width: 448, height: 448 };
const IMAGE = { width: 224, height: 224 };

describe("place", () => {
  test("shows the whole image exactly", () => {
    expect(place(WHOLE, PANE, IMAGE, 1)).toEqual({ left: 0, top: 0, scale: 2 });
  });

  test("enlarges to whole device pixels", () => {
    for (const ratio of [1, 1.25, 2]) {
      for (const zoom of [1.3, 2.7, 9.9]) {
        const { scale, left } = place({ zoom, x: 0.4, y: 0.6 }, PANE, IMAGE, ratio);
        expect(scale * ratio).toBeCloseTo(Math.round(scale * ratio), 9);
        expect(left * ratio).toBeCloseTo(Math.round(left * ratio), 9);
      }
    }
  });

  test("leaves no gap at an edge", () => {
    const { left, top, scale } = place({ zoom: 4, x: 0, y: 1 }, PANE, IMAGE, 1);
    expect(left).toBe(0);
    expect(top + IMAGE.height * scale).toBe(PANE.height);
  });
});

describe("zoomAt", () => {
  test("keeps the pixel under the pointer where it is", () => {
    const at = { x: 300, y: 120 };
    let camera = WHOLE;
    for (const factor of [1.5, 1.5, 2, 0.8, 3]) {
      const before = place(camera, PANE, IMAGE, 1);
      const pixel = (at.x - before.left) / before.scale;
      camera = zoomAt(camera, factor, at, PANE, IMAGE, 1);
      const after = place(camera, PANE, IMAGE, 1);
      // To a device pixel: the image's corner is put on one.
      expect(Math.abs(after.left + pixel * after.scale - at.x)).toBeLessThan(1);
    }
  });

  test("goes back to the whole image and no further", () => {
    const near = zoomAt(WHOLE, 5, { x: 9, y: 9 }, PANE, IMAGE, 1);
    expect(zoomAt(near, 1e-9, { x: 200, y: 10 }, PANE, IMAGE, 1)).toEqual(WHOLE);
  });

  test("ends where a pixel is 72 CSS px wide", () => {
    const near = zoomAt(WHOLE, 1e9, { x: 9, y: 9 }, PANE, IMAGE, 1);
    expect(place(near, PANE, IMAGE, 1).scale).toBe(72);
  });
});

test("panning moves the image by what the pointer moved, and stops at its edge", () => {
  const near = zoomAt(WHOLE, 8, { x: 224, y: 224 }, PANE, IMAGE, 1);
  const before = place(near, PANE, IMAGE, 1);
  const moved = place(panBy(near, { x: 40, y: -24 }, PANE, IMAGE, 1), PANE, IMAGE, 1);
  expect([moved.left - before.left, moved.top - before.top]).toEqual([40, -24]);
  const far = panBy(near, { x: 1e6, y: 1e6 }, PANE, IMAGE, 1);
  expect(place(far, PANE, IMAGE, 1)).toMatchObject({ left: 0, top: 0 });
  // Back at once: what was pushed against the edge is not remembered.
  expect(place(panBy(far, { x: -16, y: 0 }, PANE, IMAGE, 1), PANE, IMAGE, 1).left).toBe(-16);
});

test("a pixel out of sight is revealed whole, with the least movement", () => {
  const near = zoomAt(WHOLE, 16, { x: 0, y: 0 }, PANE, IMAGE, 1);
  expect(reveal(near, { x: 3, y: 3 }, PANE, IMAGE, 1)).toBe(near);
  const { left, scale } = place(reveal(near, { x: 100, y: 3 }, PANE, IMAGE, 1), PANE, IMAGE, 1);
  expect(left + 101 * scale).toBeCloseTo(PANE.width, 6);
});

test("visible pixels are those that the pane touches", () => {
  const at = { left: -50, top: 0, scale: 32 };
  expect(visible(at, PANE, IMAGE)).toEqual({ x: [1, 16], y: [0, 14] });
});

test("a thin image stands in the middle of its pane, and fills it when enlarged", () => {
  const thin = { width: 10, height: 1000 };
  const pane = { width: 120, height: 480 };
  const whole = place(WHOLE, pane, thin, 1);
  expect(whole.scale).toBe(0.48);
  expect(whole.left).toBe(Math.round((120 - 4.8) / 2));
  const near = zoomAt(WHOLE, 50, { x: 60, y: 240 }, pane, thin, 1);
  const { left, top, scale } = place(near, pane, thin, 1);
  expect(scale).toBe(24);
  expect(left).toBeLessThanOrEqual(0);
  expect(top + 1000 * scale).toBeGreaterThanOrEqual(480);
});
