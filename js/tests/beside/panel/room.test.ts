import { expect, test } from "vitest";
import { roomFor } from "../../../src/beside/panel/room";

test.each([
  ["below, where that is enough", { top: 300, bottom: 330 }, false, 440],
  ["below, as high as there is room", { top: 550, bottom: 580 }, false, 314],
  ["above, where the panel ends soon after", { top: 700, bottom: 730 }, true, 440],
  ["above, as high as there is room", { top: 340, bottom: 730 }, true, 334],
  ["below, where there is little room on either side", { top: 5, bottom: 890 }, false, 80],
])("a menu opens %s", (_, row, up, most) => {
  expect(roomFor(row, 900)).toEqual({ up, most });
});
