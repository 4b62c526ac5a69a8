/** Gives what a pointer, the wheel and the keys do on a picture to the tools, and knows none by name. */
import { focused } from "../support/keys";
import type { Picture } from "./picture";
import type { At, Keys, PointerAt, Tool } from "./tools/tool";

/** A press that moves less than this is a click, in CSS px. */
const CLICK = 4;

interface Point {
  x: number;
  y: number;
}

/** @param pane key of the one that the frame shows */
export function listen(
  frame: HTMLElement,
  picture: Picture,
  pane: string,
  ended: AbortSignal,
): void {
  const pointers = new Map<number, Point>();
  /** Who took the press. */
  let holder: Tool | null = null;
  /** A press that nobody took, where it began. */
  let pressed: Point | null = null;
  let clicked: PointerAt | null = null;

  const placeOf = (event: MouseEvent): PointerAt => {
    const box = frame.getBoundingClientRect();
    const inPane = { x: event.clientX - box.left, y: event.clientY - box.top };
    const { left, top, scale } = picture.placement.peek();
    const [x, y] = [(inPane.x - left) / scale, (inPane.y - top) / scale];
    const { pointerId = -1 } = event as Partial<PointerEvent>;
    const last = pointers.get(pointerId) ?? inPane;
    const others = [...pointers].filter(([id]) => id !== pointerId).map(([, at]) => at);
    return {
      ...{ x, y, pixel: { x: Math.floor(x), y: Math.floor(y) }, pane, event, inPane, others },
      by: { x: inPane.x - last.x, y: inPane.y - last.y },
      button: event.button,
      pressing: pointers.size,
      focused: focused(frame) === frame,
    };
  };
  const offer = (act: "down" | "drag" | "click" | "double", at: PointerAt): Tool | null =>
    picture.atHand("pointer").find((tool) => tool[act]?.(at)) ?? null;
  const hover = (at: PointerAt) => {
    for (const tool of picture.atHand("pointer")) tool.hover?.(at);
  };
  const on = <K extends keyof HTMLElementEventMap>(
    name: K,
    handle: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ) => frame.addEventListener(name, handle, { signal: ended, passive });

  on("pointerdown", (event) => {
    hover(placeOf(event));
    if (event.button > 1) return;
    pointers.set(event.pointerId, placeOf(event).inPane);
    frame.setPointerCapture(event.pointerId);
    const at = placeOf(event);
    clicked = null;
    if (pointers.size > 1) holder?.cancel?.();
    holder = offer("down", at);
    pressed = holder ? null : at.inPane;
  });
  on("pointermove", (event) => {
    const at = placeOf(event);
    const known = pointers.has(event.pointerId);
    if (known) pointers.set(event.pointerId, at.inPane);
    if (pressed && Math.hypot(at.inPane.x - pressed.x, at.inPane.y - pressed.y) > CLICK) {
      pressed = null;
      holder = offer("drag", at);
    }
    if (known) holder?.move?.(at);
    hover(at);
  });
  const release = (event: PointerEvent) => {
    const at = placeOf(event);
    pointers.delete(event.pointerId);
    if (event.type === "pointercancel") holder?.cancel?.();
    else {
      holder?.up?.(at);
      if (pressed) clicked = at;
    }
    holder = null;
    pressed = null;
  };
  on("pointerup", release);
  on("pointercancel", release);
  on("pointerleave", (event) => {
    for (const tool of picture.atHand("pointer")) tool.leave?.(event);
  });
  on("click", ({ detail }) => {
    // The second click of two is no click of its own.
    if (clicked && detail < 2) offer("click", clicked);
  });
  on("dblclick", (event) => offer("double", placeOf(event)));
  on(
    "wheel",
    (event) => {
      const at = placeOf(event);
      if (picture.atHand("pointer").some((tool) => tool.wheel?.(at, event))) event.preventDefault();
    },
    false,
  );
}

/** Give a key press to the first that has a use for it; false where nobody has. */
export function press(
  event: KeyboardEvent,
  holders: readonly { keys?: Keys | undefined }[],
  at: Pick<At, "pixel" | "pane">,
): boolean {
  const { x, y } = at.pixel;
  const place = { ...at, x: x + 0.5, y: y + 0.5, event };
  return holders.some(({ keys }) => {
    const act = keys?.[event.key] ?? keys?.[event.key.toLowerCase()];
    return act !== undefined && act(place) !== false;
  });
}
