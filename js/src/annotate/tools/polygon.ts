/** Marks a polygon, corner by corner. */
import { batch } from "@preact/signals";
import type { At, Tool } from "../../picture/tools/tool";
import type { Place } from "../grid";
import { CLICK, middleOf, type Pen } from "./pen";

/** So near to the first corner a click closes it, in CSS px. */
const CLOSING = 10;

export function createPolygon(pen: Pen): Tool {
  const { annotating, ui } = pen;
  let points: Place[] = [];
  /** Those that were taken back, the last one last. */
  let taken: Place[] = [];
  /** Where the next corner would be. */
  let next: Place | null = null;
  let pressing = false;

  function show(): void {
    batch(() => {
      const line = next ? [...points, next] : [...points];
      annotating.line.value = line;
      annotating.draft.value = line.length > 2 ? { type: "polygon", rings: [line] } : null;
    });
  }
  function clear(): void {
    points = [];
    taken = [];
    next = null;
    pressing = false;
    pen.stop();
  }
  function back(): void {
    taken.push(...points.splice(-1));
    const last = points.at(-1);
    if (!last) {
      clear();
      pen.say("");
      return;
    }
    if (ui.cursor.peek()?.by === "keys") {
      pen.goTo(last);
      next = null;
    }
    show();
    tell();
  }
  /** How far it is, to one who does not see it. */
  function tell(): void {
    const corners = points.length === 1 ? "1 corner is" : `${points.length} corners are`;
    pen.say(`${corners} set. Enter sets the next one; on the same place it closes the polygon.`);
  }
  function close(event: At["event"]): void {
    if (points.length < 3) {
      pen.say(`A polygon has three corners or more; this one has ${points.length}.`);
      return;
    }
    const ring = points;
    clear();
    pen.finish({ type: "polygon", rings: [ring] }, event);
  }
  function put(place: Place, event: At["event"]): void {
    const [first, last] = [points[0], points.at(-1)];
    const again = last && pen.apart(last, place) < CLICK;
    if (again || (first && points.length > 2 && pen.apart(first, place) < CLOSING)) {
      close(event);
      return;
    }
    if (!first) {
      pen.start(
        {
          ...{ cancel: clear, back },
          forward() {
            points.push(...taken.splice(-1));
            show();
            tell();
          },
          follow(pixel) {
            next = middleOf(pixel);
            show();
          },
        },
        event,
      );
    }
    points.push(place);
    taken = [];
    show();
  }
  function enter({ pixel, event }: At): void {
    // A line that the pointer has drawn is closed where it is.
    if (points.length > 0 && ui.cursor.peek()?.by === "pointer") {
      close(event);
      return;
    }
    const before = points.length;
    put(middleOf(pixel), event);
    if (points.length > before) tell();
  }
  return {
    ...pen.whole,
    button: {
      name: "Polygon",
      title: "Mark a polygon, corner by corner; the first again closes it (key G)",
    },
    down(at) {
      pressing = at.button === 0;
      return pressing;
    },
    up(at) {
      if (pressing) put(pen.place(at), at.event);
      pressing = false;
    },
    // A second finger: the corners that there are stay.
    cancel() {
      pressing = false;
    },
    hover(at) {
      if (points.length === 0 || at.pressing > 1) return;
      next = pen.place(at);
      show();
    },
    keys: { Enter: enter, " ": enter },
  };
}
