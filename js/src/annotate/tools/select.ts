/** Selects findings, moves them, and reshapes the selected one by its handles. */
import type { At, PointerAt, Tool } from "../../picture/tools/tool";
import type { Place } from "../grid";
import type { Handles } from "../handles";
import { hits } from "../region";
import type { Handle } from "../reshape";
import { CLICK, type Pen } from "./pen";

interface Grip {
  handle: Handle;
  /** From the pointer to the handle: nothing jumps when it is taken. */
  off: Place;
  from: Place;
}

/** @param mine whether a chosen tool marks findings */
export function createSelect(pen: Pen, handles: Handles, mine: (tool: string) => boolean): Tool {
  const { annotating, ui } = pen;
  let grip: Grip | null = null;

  /** Whether presses are for findings: not while the panel's own brush is chosen. */
  const isOn = () =>
    annotating.on.peek() && (ui.chosen.peek() === null || mine(ui.chosen.peek() ?? ""));
  const idle = () => isOn() && ui.chosen.peek() === null;

  function take({ x, y, event, button }: PointerAt): boolean {
    if (!isOn() || button !== 0) return false;
    if (pen.drawing.peek() || pen.modeOf(event) !== "new") return false;
    const handle = handles.at([x, y], event);
    const chosen = pen.chosen();
    const inside = idle() && chosen && hits(chosen.region, x, y, 0);
    // A finger on the region itself scrolls the page: it has the handle in the middle.
    const whole = inside && (event as PointerEvent).pointerType !== "touch";
    const taken = handle ?? (whole ? handles.all.peek().find(({ key }) => key === "move") : null);
    if (!taken) return false;
    grip = { handle: taken, off: [taken.x - x, taken.y - y], from: [x, y] };
    annotating.handle.value = taken.key;
    return true;
  }
  function clear(): void {
    grip = null;
    pen.stop();
  }
  return {
    always: true,
    down: take,
    move(at) {
      if (!grip) return;
      const { handle, off, from } = grip;
      if (!annotating.change.peek() && pen.apart(from, [at.x, at.y]) < CLICK) return;
      handles.drag(handle, [at.x + off[0], at.y + off[1]]);
    },
    up(at) {
      const taken = grip;
      grip = null;
      if (annotating.change.peek()) handles.keep();
      else if (taken?.handle.key === "move") pen.pick(at);
    },
    cancel: clear,
    click(at) {
      if (!idle()) return false;
      pen.pick(at);
      return true;
    },
    // Two clicks go through what lies there; they do not mean the whole image.
    double: (at) => idle() && pen.under(at).length > 0,
    hover(at) {
      if (!isOn() || at.pressing > 0 || pen.drawing.peek()) return;
      annotating.hovered.value = idle() ? (pen.under(at)[0]?.id ?? null) : null;
    },
    leave() {
      annotating.hovered.value = null;
    },
    get keys() {
      if (!annotating.on.value) return {};
      const pick = (at: At) => {
        if (!idle()) return false;
        pen.pick(at);
        return true;
      };
      const back = () => {
        const drawing = pen.drawing.peek();
        drawing?.back();
        return drawing !== null;
      };
      const giveUp = () => {
        grip = null;
        return pen.giveUp();
      };
      return { Escape: giveUp, Enter: pick, " ": pick, Backspace: back };
    },
    help: {
      Findings: [
        ["Enter, Backspace", "set a corner, twice to close; take it back"],
        ["Shift, Alt", "add to the selected finding, cut out of it"],
        ["Tab, then arrows", "move a handle; Page Down: the next one"],
      ],
    },
  };
}
