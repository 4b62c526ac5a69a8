/** The one handle that keys move: a stop of the Tab key, which goes on from it as from anything else. */
import { useRef } from "preact/hooks";
import { at } from "../picture/layers/layer";
import type { Picture } from "../picture/picture";
import type { Handles } from "./handles";
import { useSettleAtEnd } from "./settling";
import type { Annotating } from "./view";

/** Pixels that an arrow key moves with Shift. */
const FAR = 10;
/** Presses that follow each other so quickly are one step to undo, in ms. */
const PAUSE = 400;

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const KEYS = [...Object.keys(STEPS), "PageUp", "PageDown", "Backspace", "Delete", "Escape"].join(
  " ",
);

export function FocusedHandle(props: {
  picture: Picture;
  annotating: Annotating;
  handles: Handles;
}) {
  const { picture, annotating, handles } = props;
  const later = useRef(0);
  const settle = () => {
    clearTimeout(later.current);
    handles.keep();
  };
  useSettleAtEnd(settle);
  const handle = handles.focused.value;
  if (!handle) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (step) {
      const by = event.shiftKey ? FAR : 1;
      handles.nudge(by * step[0], by * step[1]);
      clearTimeout(later.current);
      later.current = setTimeout(settle, PAUSE);
    } else if (event.key === "PageDown" || event.key === "PageUp") {
      settle();
      handles.go(event.key === "PageDown" ? 1 : -1);
    } else if (event.key === "Backspace" || event.key === "Delete") {
      settle();
      if (!handles.remove()) return;
    } else if (event.key === "Escape") {
      clearTimeout(later.current);
      handles.giveUp();
      picture.root.querySelector<HTMLElement>(".xw-frame")?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const [x, y] = [handle.x, handle.y].map((value) => Number(value.toFixed(1)));
  return (
    <div
      class="xw-at xw-held"
      role="application"
      aria-roledescription="handle"
      aria-label={`Handle: ${handle.name}, at ${x}, ${y}. Arrow keys move it, Page Down is the next one`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move it
      tabIndex={0}
      data-keys={KEYS}
      style={at(handle.x, handle.y)}
      onKeyDown={onKeyDown}
      onFocus={() => {
        annotating.handle.value = handle.key;
      }}
      onBlur={settle}
    />
  );
}
