import { describe, expect, test } from "vitest";
import { createStore } from "../../src/state/store";
import { Kernel } from "./stub_kernel";

const store = (geometry?: object) =>
  createStore(new Kernel(geometry ? { _geometry: geometry } : {})).geometry;

describe("the place in the photo", () => {
  test("is that of the pixel's center, rounded", () => {
    const geometry = store({ matrix: [2.5, 0, 10.75, 0, 2.5, 0.75], size: [100, 200] });
    expect(geometry.known()).toBe(true);
    expect(geometry.inPhoto(12, 30)).toBe("photo x 41, y 76");
  });

  test("follows a photo that is turned", () => {
    const geometry = store({ matrix: [0, -1, 99, 1, 0, 0], size: [50, 100] });
    expect(geometry.inPhoto(3, 10)).toBe("photo x 89, y 3");
  });

  test("is told to be none where the picture is padded", () => {
    const geometry = store({ matrix: [1, 0, -16, 0, 1, 0], size: [64, 32] });
    expect(geometry.inPhoto(15, 0)).toBe("not in the photo: padding");
    expect(geometry.inPhoto(16, 0)).toBe("photo x 0, y 0");
    expect(geometry.inPhoto(48, 0)).toBe("not in the photo: padding");
  });

  test("is not told where it is not known", () => {
    for (const geometry of [store(), store({})]) {
      expect(geometry.known()).toBe(false);
      expect(geometry.inPhoto(1, 2)).toBe("");
    }
  });
});
