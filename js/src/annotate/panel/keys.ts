/** The keys of annotating. Where it is off all but one keep the meaning that the panel gives them. */
import { pressOn } from "./proposals";
import type { View } from "./view";
import { JUDGED, VERDICTS } from "./words";

/** By the small letter: the tool that it chooses. */
export const TOOL_KEYS: Record<string, string> = {
  r: "region",
  b: "box",
  g: "polygon",
  f: "lasso",
  p: "point",
};
const VERDICT_KEYS = new Map(
  JUDGED.map((verdict) => [VERDICTS[verdict].key.toLowerCase(), verdict]),
);

/** What the help says of them. */
export const KEYS = [
  ["A", "annotate, or stop annotating"],
  ["R B G F P", "region, box, polygon, lasso (freehand), point"],
  ["[ ]", "a smaller brush, a larger one"],
  ["C S U", "core, spurious, unsure: judges the selected finding"],
  ["T", "its label; Enter goes back to the picture"],
  ["N, Shift+N", "the next finding, the one before"],
  ["H", "hide it on the picture, or show it"],
  ["Enter", "in the list: enlarge it, or the whole image"],
  ["Ctrl+D, Del", "duplicate it, delete it"],
  ["Ctrl+Z, +Shift", "undo, redo"],
  ["Esc", "one step back: drawing, selection, tool, annotating"],
] as const;

const TAKEN = new Set([..."arbgfpcsutnh"]);

/** Whether a letter is a key of annotating: always the one that turns it on. */
export function isKey(view: View, { key }: KeyboardEvent): boolean {
  const letter = key.toLowerCase();
  return view.annotating.on.peek() ? TAKEN.has(letter) : letter === "a";
}

/** How long letters are taken for a label that no finding is selected for, in ms. */
const TYPING = 2000;
/** Until when they are, by view. */
const typing = new WeakMap<View, number>();

/** Whether a press is of a label that has no field: its letters would delete and judge something. */
export function isTyped(view: View, { key, ctrlKey, metaKey, timeStamp }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || (typing.get(view) ?? 0) <= timeStamp) return false;
  const letter = key.length === 1;
  typing.set(view, letter ? timeStamp + TYPING : 0);
  return letter || key === "Enter" || key === "Escape";
}

/** True takes the press. It is no typing, and no tool had a use for it. */
export function pressIn(view: View, event: KeyboardEvent): boolean {
  const { annotating, act } = view;
  const key = event.key.toLowerCase();
  const control = event.ctrlKey || event.metaKey;
  if (event.altKey) return false;
  if (isTyped(view, event)) return true;
  if (key === "a" && !control && !event.shiftKey) {
    act.toggle();
    return true;
  }
  if (!annotating.on.peek()) {
    if (annotating.selected.peek() === null || control || event.shiftKey) return false;
    if (key === "delete") act.remove();
    else if (key === "escape") act.select(null);
    else return false;
    return true;
  }
  if (view.proposals.on.peek() && !control && pressOn(view.proposals, event.key)) return true;
  if (control) {
    if (key !== "d" || event.shiftKey) return false;
    act.duplicate();
    return true;
  }
  if (key === "n") {
    act.go(event.shiftKey ? -1 : 1);
    return true;
  }
  if (event.shiftKey) return false;
  const tool = TOOL_KEYS[key];
  const verdict = VERDICT_KEYS.get(key);
  if (tool) act.use(tool);
  else if (verdict) act.judge(verdict);
  else if (key === "t") {
    if (!act.name()) typing.set(view, event.timeStamp + TYPING);
  } else if (key === "h") act.hide();
  else if (key === "delete") act.remove();
  else if (key === "escape") return act.leave();
  else return false;
  return true;
}
