/** Marks a box: dragged from corner to corner, or between two pixels by keys. */
import type { Pixel } from "../../picture/surface";
import type { At, Tool } from "../../picture/tools/tool";
import type { Place } from "../grid";
import { type Box, rounded } from "../region";
import { CLICK, type Pen } from "./pen";

export function createBox(pen: Pen): Tool {
  const { annotating } = pen;
  let from: Place | null = null;
  let corner: Pixel | null = null;

  const clear = () => {
    from = corner = null;
    pen.stop();
  };
  const begin = (event: At["event"]) => pen.start({ cancel: clear, back: clear, follow }, event);
  function follow(pixel: Pixel): void {
    if (corner) annotating.draft.value = across(corner, pixel);
  }
  function enter(pixel: Pixel, event: KeyboardEvent): void {
    if (!corner) {
      corner = pixel;
      begin(event);
      follow(pixel);
      pen.say("One corner is set. Go to the other with the arrow keys and press Enter.");
      return;
    }
    const box = across(corner, pixel);
    clear();
    pen.finish(box, event);
  }
  return {
    ...pen.whole,
    button: {
      name: "Box",
      title: "Mark a box: drag from corner to corner (key B while annotating)",
    },
    down(at) {
      if (at.button !== 0) return false;
      corner = null;
      from = pen.place(at);
      begin(at.event);
      return true;
    },
    move(at) {
      if (from) annotating.draft.value = between(from, pen.place(at));
    },
    up(at) {
      if (!from) return;
      const to = pen.place(at);
      const [clicked, box] = [pen.apart(from, to) < CLICK, between(from, to)];
      clear();
      if (clicked) pen.pick(at);
      else if (box) pen.finish(box, at.event);
    },
    keys: {
      Enter: ({ pixel, event }) => enter(pixel, event as KeyboardEvent),
      " ": ({ pixel, event }) => enter(pixel, event as KeyboardEvent),
    },
  };
}

function between([x0, y0]: Place, [x1, y1]: Place): Box | null {
  const [width, height] = [rounded(Math.abs(x1 - x0)), rounded(Math.abs(y1 - y0))];
  if (width === 0 || height === 0) return null;
  return { type: "box", x: Math.min(x0, x1), y: Math.min(y0, y1), width, height };
}

/** With both pixels in it. */
function across(a: Pixel, b: Pixel): Box {
  const [width, height] = [Math.abs(a.x - b.x) + 1, Math.abs(a.y - b.y) + 1];
  return { type: "box", x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width, height };
}
