/** Controls that a person cannot use are not shown, and their keys do nothing. */
import type { Ui } from "../panel/ui";
import type { Guessing } from "./state/guessing";

/** What the picture's keys are while something is asked: those that move the cursor, zoom and brush. */
const BRUSHING = /^([-+=0 e[\]]|Enter|Arrow.*|Home|End|Escape)$/;

/** Where a press happened, also inside a shadow root. */
const placeOf = (event: Event) => event.composedPath()[0] as HTMLElement;

/** Whether it is typing, or chooses in a list. */
function isTyped(event: Event): boolean {
  const place = placeOf(event);
  if (place.tagName === "INPUT") return (place as HTMLInputElement).type === "text";
  return /^(SELECT|TEXTAREA)$/.test(place.tagName);
}

export function keepLocked(ui: Ui, { locked, hides }: Guessing): { style(): string } {
  const { root, id } = ui;
  root.dataset.view = id;
  root.addEventListener(
    "keydown",
    (event) => {
      if (isTyped(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isLocked(event)) event.stopPropagation();
    },
    { capture: true, signal: ui.ended },
  );
  function isLocked(event: KeyboardEvent): boolean {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (hides.peek()) {
      const onPicture = placeOf(event).getAttribute("role") === "application";
      return onPicture ? !BRUSHING.test(key) && key !== "Tab" : key.length === 1 && key !== " ";
    }
    return locked.peek().keys?.includes(key) ?? false;
  }
  return {
    style() {
      const { hidden = [] } = locked.value;
      const scoped = hidden.map((selector) => `.xwidget-inspector[data-view="${id}"] ${selector}`);
      return scoped.length > 0 ? `${scoped.join(",")}{display:none !important}` : "";
    },
  };
}
