/** Marks what a line is drawn around by free hand. */
import { batch } from "@preact/signals";
import type { At, Tool } from "../../picture/tools/tool";
import type { Place } from "../grid";
import { rounded } from "../region";
import { simplified } from "../simplify";
import { CLICK, middleOf, type Pen } from "./pen";

/** How far a point may lie from the line that is kept, in image pixels; and in CSS px. */
const OFF = { image: 0.45, screen: 0.9 };
/** Steps of the pointer that are drawn, in CSS px. */
const STEP = 1;

export function createLasso(pen: Pen): Tool {
  const { annotating, ui } = pen;
  let points: Place[] = [];

  /** The line grows in place: a move costs the same however long it is. */
  function show(): void {
    const around = points.length > 2;
    batch(() => {
      annotating.line.value = around ? points : [...points];
      annotating.draft.value = around ? { type: "polygon", rings: [points] } : null;
    });
  }
  function clear(): void {
    points = [];
    pen.stop();
  }
  function begin(from: Place, event: At["event"], byKeys: boolean): void {
    points = [from];
    pen.start(
      {
        cancel: clear,
        back() {
          points = points.slice(0, -1); // another line: one that grows only grows
          const last = points.at(-1);
          if (!byKeys || !last) {
            clear();
            return;
          }
          pen.goTo(last);
          show();
        },
        follow(pixel) {
          const [place, last] = [middleOf(pixel), points.at(-1)];
          if (place[0] === last?.[0] && place[1] === last[1]) return;
          points.push(place);
          show();
        },
      },
      event,
    );
    show();
  }
  function close(event: At["event"]): void {
    const most = Math.min(OFF.image, OFF.screen / ui.placement.peek().scale);
    const ring = simplified(points, most).map(([x, y]): Place => [rounded(x), rounded(y)]);
    clear();
    if (ring.length > 2) pen.finish({ type: "polygon", rings: [ring] }, event);
    else pen.say("Draw around something, not a straight line.");
  }
  function enter({ pixel, event }: At): void {
    if (points.length > 0) close(event);
    else {
      begin(middleOf(pixel), event, true);
      pen.say("Arrow keys draw the line. Enter closes it.");
    }
  }
  return {
    ...pen.whole,
    button: { name: "Lasso", title: "Draw around what you mark (key F)" },
    down(at) {
      if (at.button !== 0) return false;
      begin(pen.place(at), at.event, false);
      return true;
    },
    move(at) {
      const [place, last] = [pen.place(at), points.at(-1)];
      if (!last || pen.apart(last, place) < STEP) return;
      points.push(place);
      show();
    },
    up(at) {
      const [first] = points;
      if (!first) return;
      if (points.every((each) => pen.apart(first, each) < CLICK)) {
        clear();
        pen.pick(at);
      } else close(at.event);
    },
    keys: { Enter: enter, " ": enter },
  };
}
