import { expect, test } from "vitest";
import { around } from "../../src/support/walking";

test("a list is gone round both ways, from none to its first or its last", () => {
  expect([around(0, 1, 3), around(2, 1, 3), around(0, -1, 3), around(2, -1, 3)]).toEqual([1, 0, 2, 1]); // biome-ignore format: one line
  expect([around(-1, 1, 3), around(-1, -1, 3)]).toEqual([0, 2]);
});
