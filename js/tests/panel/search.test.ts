import { describe, expect, test } from "vitest";
import { search } from "../../src/panel/search";

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
