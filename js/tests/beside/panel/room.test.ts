import { expect, test } from "vitest";
import { roomFor } from "../../../src/beside/panel/room";

test.each([
  ["below, where that is enough", { top: 300, bottom: 330 }, 400, 332, 440],
  ["below, as high as there is room", { top: 550, bottom: 580 }, 400, 582, 314],
  ["above, where the panel ends soon after", { top: 700, bottom: 730 }, 700, 258, 440],
  ["above, as high as there is room", { top: 340, bottom: 730 }, 400, 4, 334],
  ["above, and grows over nothing", { top: 700, bottom: 730 }, 200, 498, 200],
  ["on the screen, where no side has room", { top: 5, bottom: 895 }, 400, 820, 80],
  ["on the screen, where its row has left it below", { top: 1200, bottom: 1230 }, 300, 600, 300],
  ["on the screen, where its row has left it above", { top: -90, bottom: -60 }, 300, 0, 440],
])("a menu opens %s", (_, row, height, top, most) => {
  expect(roomFor(row, 900, height)).toEqual({ top, most });
});
