import { describe, expect, test } from "vitest";
import {
  ALL,
  afterRemoving,
  listed,
  stepIn,
  typedAhead,
  WHOLE,
  windowOf,
} from "../../../src/annotate/panel/listing";
import { aFinding, EFFECT } from "./a_finding";

const cup = aFinding({ label: "cup", verdict: "core" });
const mark = aFinding({ label: "Watermark", verdict: "spurious", reason: "a stock photo's" });
const rest = aFinding({ kind: "background" });
const all = [cup, mark, rest];
const measured = new Map([
  [cup.id, { ...EFFECT, without: 0.9, share: 0.6 }],
  [mark.id, { ...EFFECT, without: 0.2, share: 0.1 }],
]);
const effectOf = ({ id }: { id: string }) => measured.get(id) ?? null;

describe("what is listed", () => {
  test("is all, the newest first, and what is given stays in its order", () => {
    expect(listed(all, ALL, "newest", effectOf)).toEqual([rest, mark, cup]);
    expect(all).toEqual([cup, mark, rest]);
  });
  test("goes by label whatever its case, what has none last", () => {
    expect(listed(all, ALL, "label", effectOf)).toEqual([cup, mark, rest]);
  });
  test("goes by what it does and by its share, what was not measured last", () => {
    expect(listed(all, ALL, "effect", effectOf)).toEqual([mark, cup, rest]);
    expect(listed(all, ALL, "share", effectOf)).toEqual([cup, mark, rest]);
  });
  test.each([
    [{ verdict: "core" }, [cup]],
    [{ verdict: "none" }, [rest]],
    [{ label: "Watermark" }, [mark]],
    [{ label: "" }, [rest]],
    [{ text: "STOCK water" }, [mark]],
    [{ text: "stock cup" }, []],
    [{ text: "ground" }, [rest]],
  ])("can be %o alone", (filter, found) => {
    expect(listed(all, { ...ALL, ...filter }, "newest", effectOf)).toEqual(found);
  });
});

describe("of a long list", () => {
  test("the rows in sight and some around them are drawn", () => {
    const { first, end } = windowOf(1000, 40, 4000, 480);
    expect(first).toBeLessThanOrEqual(100);
    expect(end).toBeGreaterThanOrEqual(112);
    expect(end - first).toBeLessThan(40);
  });
  test("at both ends, and where it became shorter than it was scrolled, the window is in it", () => {
    expect(windowOf(1000, 40, 0, 480).first).toBe(0);
    expect(windowOf(1000, 40, 40_000 - 480, 480).end).toBe(1000);
    const { first, end } = windowOf(100, 40, 40_000, 480);
    expect([first <= end, end <= 100]).toEqual([true, true]);
  });
  test("a short one is drawn whole", () => {
    expect(windowOf(WHOLE, 40, 0, 80)).toEqual({ first: 0, end: WHOLE });
  });
});

describe("keys in a list", () => {
  test.each([
    ["ArrowDown", -1, 0],
    ["ArrowUp", -1, 9],
    ["ArrowDown", 9, 9],
    ["ArrowUp", 3, 2],
    ["PageDown", 3, 7],
    ["PageUp", 3, 0],
    ["Home", 5, 0],
    ["End", 5, 9],
    ["x", 5, null],
  ])("%s from %i lead to %o", (key, at, to) => {
    expect(stepIn(key, at, 10, 4)).toBe(to);
  });
  test("lead nowhere where nothing is listed", () => {
    expect(stepIn("ArrowDown", -1, 0, 4)).toBeNull();
  });
  test("letters lead to the next name that begins with them", () => {
    const names = ["cup", "saucer", "shadow", "spoon"];
    expect(typedAhead(names, "s", 0)).toBe(1);
    expect(typedAhead(names, "sh", 1)).toBe(2);
    expect(typedAhead(names, "ss", 1)).toBe(2); // the same letter goes on
    expect(typedAhead(names, "s", 3)).toBe(1); // around the end
    expect(typedAhead(names, "x", 0)).toBe(-1);
  });
});

test("after one is removed the next has its place, after the last the one before", () => {
  expect(afterRemoving(["a", "b", "c"], "b")).toBe("c");
  expect(afterRemoving(["a", "b", "c"], "c")).toBe("b");
  expect(afterRemoving(["a"], "a")).toBeNull();
  expect(afterRemoving(["a"], "x")).toBeNull();
});
