import { describe, expect, test } from "vitest";
import { search } from "../../src/panel/search";
import { arrange, pictureSize } from "../../src/picture/layout";
import {
  figuresOf,
  lambda,
  nextLambda,
  parseLambda,
  percent,
  score,
  seconds,
} from "../../src/support/words";

test.each([
  [0.8731, "0.873"],
  [1, "1.000"],
  [0.9999, "1.000"],
  [0, "0.000"],
  [0.0001, "<0.001"],
  [Number.NaN, "–"],
  [null, "–"],
])("a score of %s reads %s", (value, text) => {
  expect(score(value)).toBe(text);
});

test("what a mask scores is said with what it shows or takes away", () => {
  const mask = { score: 0.061, mean: 0.13 };
  expect(figuresOf(mask, false)).toBe("0.061 with 13.0% shown");
  expect(figuresOf(mask, true)).toBe("0.061 with 13.0% taken away");
});

test("shares, times and names", () => {
  expect(percent(0.1042)).toBe("10.4%");
  expect(percent(0.0001)).toBe("<0.1%");
  expect(seconds(9.44)).toBe("9.4 s");
  expect(seconds(127)).toBe("2 min 07 s");
});

describe("λ", () => {
  test("is written short and read back", () => {
    expect([0, 1e-4, 0.00025, 0.5].map(lambda)).toEqual(["0", "1e-4", "2.5e-4", "5e-1"]);
    expect(["1e-4", " 0,5 ", "0"].map(parseLambda)).toEqual([1e-4, 0.5, 0]);
    expect(["", "auto", "-1", "1e999"].map(parseLambda)).toEqual([null, null, null, null]);
  });

  test("climbs a 1-2-5 ladder", () => {
    expect(nextLambda(1e-4, 1)).toBe(2e-4);
    expect(nextLambda(3e-4, 1)).toBe(5e-4);
    expect(nextLambda(1e-4, -1)).toBe(5e-5);
    expect(nextLambda(0, -1)).toBe(1e-7);
  });
});

describe("finding a class", () => {
  const names = [
    ...["bobcat", "fat cattle", "catamaran", "tiger cat", "Egyptian cat", "polecat, cat-like"],
    ...["dog sled", "cup", "cat flap"],
  ];
  const found = (typed: string) => search(names, typed).map(({ name }) => name);

  test("begins with whole words, then what begins a word, then anywhere", () => {
    expect(found("cat")).toEqual([
      ...["cat flap", "tiger cat", "Egyptian cat", "polecat, cat-like"],
      ...["catamaran", "fat cattle", "bobcat"],
    ]);
    expect(found("Cat-l")).toEqual(["polecat, cat-like"]);
  });

  test("takes several words in any order, and an index", () => {
    expect(found("cat egy")).toEqual(["Egyptian cat"]);
    expect(found("6")).toEqual(["dog sled"]);
    expect(found("zebra")).toEqual([]);
  });

  test("shows a limited number", () => {
    expect(search(new Array(1000).fill("same"), "", 50)).toHaveLength(50);
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
