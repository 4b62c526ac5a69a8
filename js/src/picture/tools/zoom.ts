/**
 * Enlarging: by the wheel, two fingers or keys. Page scroll is never stolen: the wheel zooms with a
 * modifier, or from a press on the picture until the pointer leaves it, while there is something to
 * zoom.
 */
import { WHOLE } from "../camera";
import type { Surface } from "../surface";
import type { At, Tool } from "./tool";

/** Wheel pixels for which the picture doubles. */
const DOUBLING = 240;
/** What a key multiplies by. */
const STEP = 1.5;

export function createZoom(surface: Surface): Tool {
  const { camera } = surface;
  /** The pane that was pressed and not left since: the wheel alone is meant for it. */
  let armed: string | null = null;
  const by = (factor: number) => (at: At) => surface.zoom(factor, surface.inPane(at));
  return {
    always: true,
    down(at) {
      armed = at.pane;
      return at.pressing > 1;
    },
    move({ inPane, by, others: [other = inPane] }) {
      const apart = (x: number, y: number) => Math.max(1, Math.hypot(x - other.x, y - other.y));
      const factor = apart(inPane.x, inPane.y) / apart(inPane.x - by.x, inPane.y - by.y);
      surface.zoom(factor, { x: (inPane.x + other.x) / 2, y: (inPane.y + other.y) / 2 });
      surface.pan(by.x / 2, by.y / 2);
    },
    leave() {
      armed = null;
    },
    wheel(at, event) {
      // A pinch on a trackpad arrives as a wheel with Ctrl.
      const meant = event.ctrlKey || event.metaKey;
      if (!meant && !(armed === at.pane && at.focused)) return false;
      const lines = event.deltaMode === 1 ? 16 : 1;
      const speed = event.ctrlKey && Math.abs(event.deltaY) < 40 ? 4 : 1;
      const before = camera.peek().zoom;
      surface.zoom(2 ** ((-event.deltaY * lines * speed) / DOUBLING), at.inPane);
      return meant || camera.peek().zoom !== before;
    },
    keys: {
      "+": by(STEP),
      "=": by(STEP),
      "-": by(1 / STEP),
      "0": () => {
        camera.value = WHOLE;
      },
    },
    help: {
      "On the picture": [["+ − 0", "zoom in, out, whole image"]],
      "With a pointer": [["Ctrl or ⌘ + wheel, pinch", "zoom; after a click the wheel alone"]],
    },
  };
}
