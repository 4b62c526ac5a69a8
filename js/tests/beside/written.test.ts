import { expect, test } from "vitest";
import { ends, signed, written } from "../../src/beside/written";

test.each([
  [0.0123, 0.0312, "+0.0123"],
  [-0.0123, 0.0312, "−0.0123"],
  [0.00001, 0.0312, "0"],
  [1.5, 1, "+1.50"],
  [-12.34, 150, "−12"],
  [1.2e-7, 3e-7, "+1.2e-7"],
])("%f on a scale of %f is written %s", (value, scale, text) => {
  expect(signed(value, scale)).toBe(text);
});

test.each([
  [0.0123, { signed: true, scale: 0.0312 }, "+.012"],
  [-0.5, { signed: true, scale: 1 }, "−.5"],
  [-0.00002, { signed: true, scale: 0.00004 }, "−2e-5"],
  [0, { signed: true, scale: 1 }, "0"],
  [0.25, { signed: false, scale: 1 }, ".25"],
  [1, { signed: false, scale: 1 }, "1"],
])("on a pixel %f is written in few characters", (value, of, text) => {
  expect(written(value, of, true)).toBe(text);
});

test("the ends of a scale are symmetric, or 0 and 1", () => {
  expect(ends({ signed: true, scale: 0.0312 })).toEqual(["−0.0312", "+0.0312"]);
  expect(ends({ signed: false, scale: 1 })).toEqual(["0", "1"]);
  expect(written(0.5, { signed: false, scale: 1 })).toBe("0.500");
});
