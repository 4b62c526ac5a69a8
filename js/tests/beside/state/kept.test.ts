import { expect, test } from "vitest";
import { Kept } from "../../../src/beside/state/kept";

test("what was used least recently goes first, and never what has just come", () => {
  const kept = new Kept<string>(10);
  kept.put("a", "A", 4);
  kept.put("b", "B", 4);
  expect(kept.get("a")).toBe("A"); // used: "b" is the oldest now
  kept.put("c", "C", 4);
  expect(kept.get("b")).toBeNull();
  expect([kept.get("a"), kept.get("c")]).toEqual(["A", "C"]);
  expect(kept.bytes).toBe(8);
  kept.put("d", "D", 99);
  expect(kept.keys()).toEqual(["d"]);
  expect(kept.bytes).toBe(99);
});

test("another value in the place of one is counted once", () => {
  const kept = new Kept<string>(10);
  kept.put("a", "A", 4);
  kept.put("a", "AA", 6);
  expect([kept.bytes, kept.get("a")]).toEqual([6, "AA"]);
  kept.drop("a");
  kept.drop("a");
  expect(kept.bytes).toBe(0);
});
