/** The pixel that is read: the one under the pointer, or where the arrow keys lead. */
import type { Surface } from "../surface";
import type { At, Tool } from "./tool";

/** Pixels that an arrow key moves with Shift. */
const FAR = 10;

export function createCursor(surface: Surface): Tool {
  const { cursor, scene } = surface;
  const to = (x: number, y: number, at: At) => surface.point(x, y, "keys", at.pane);
  const step = (x: number, y: number) => (at: At) => {
    const by = at.event.shiftKey ? FAR : 1;
    to(at.pixel.x + x * by, at.pixel.y + y * by, at);
  };
  return {
    always: true,
    hover(at) {
      if (at.pressing < 2) surface.point(at.pixel.x, at.pixel.y, "pointer", at.pane);
    },
    leave({ pointerType }) {
      if (pointerType === "mouse" && cursor.peek()?.by === "pointer") cursor.value = null;
    },
    keys: {
      ArrowLeft: step(-1, 0),
      ArrowRight: step(1, 0),
      ArrowUp: step(0, -1),
      ArrowDown: step(0, 1),
      Home: (at) => to(0, at.pixel.y, at),
      End: (at) => to((scene.peek()?.image.width ?? 1) - 1, at.pixel.y, at),
    },
    help: {
      "On the picture": [
        ["← ↑ → ↓", "move the pixel cursor; with Shift by 10"],
        ["Home, End", "to the row's first, last pixel"],
      ],
    },
  };
}
