import { expect, test } from "vitest";
import { VIEWS } from "../../src/picture/painting";
import { keyOf, viewOfKey } from "../../src/picture/view_names";

test("the number keys follow the tabs", () => {
  expect(["1", "2", "7"].map(viewOfKey)).toEqual(["paper", "evidence", "rest"]);
  expect(VIEWS.map((view) => viewOfKey(keyOf(view)))).toEqual(VIEWS);
  for (const key of ["0", "8", "", "a", "11"]) expect(viewOfKey(key)).toBeUndefined();
});
