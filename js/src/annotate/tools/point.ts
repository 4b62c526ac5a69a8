/** Marks a place. */
import type { At, Tool } from "../../picture/tools/tool";
import type { Place } from "../grid";
import { middleOf, type Pen } from "./pen";

export function createPoint(pen: Pen): Tool {
  const put = ([x, y]: Place, event: At["event"]) => pen.finish({ type: "point", x, y }, event);
  const enter = ({ pixel, event }: At) => put(middleOf(pixel), event);
  return {
    ...pen.whole,
    button: { name: "Point", title: "Mark a place: click it (key P while annotating)" },
    click(at) {
      put(pen.place(at), at.event);
      return true;
    },
    keys: { Enter: enter, " ": enter },
  };
}
