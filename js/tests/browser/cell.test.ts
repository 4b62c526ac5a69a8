import { expect, test } from "vitest";
import { endOf } from "../../src/browser/cell";

test("of a path the last two parts are named, of a name all of it", () => {
  expect(endOf("photos/bonnet/0.jpg")).toBe("bonnet/0.jpg");
  expect(endOf("/0.jpg")).toBe("0.jpg");
  expect(endOf("array 3")).toBe("array 3");
  expect(endOf("/")).toBe("/");
});
