/**
 * Pointer and wheel on a picture. Page scroll is never stolen: the wheel zooms with a modifier, or
 * from a press on the picture until the pointer leaves it, while there is something to zoom; one finger scrolls the page
 * until the picture is enlarged.
 */
import { focused } from "../support/keys";
import type { Ui } from "./ui";

/** A press that moves less than this is a click, in CSS px. */
const CLICK = 4;
/** Wheel pixels for which the picture doubles. */
const DOUBLING = 240;

interface Point {
  x: number;
  y: number;
}

export function listen(
  frame: HTMLElement,
  ui: Ui,
  /** The pane's key, and whether the brush draws in it. */
  { pane, drawable }: { pane: string; drawable: boolean },
  ended: AbortSignal,
): void {
  const pointers = new Map<number, Point>();
  let act: "click" | "pan" | "draw" | "pinch" | null = null;
  let from: Point = { x: 0, y: 0 };
  let ink: Point = from;
  let clicked: Point | null = null;
  /** The picture was pressed and not left since: the wheel alone is meant for it. */
  let armed = false;

  const inFrame = (event: MouseEvent): Point => {
    const box = frame.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const inImage = (at: Point): Point => {
    const { left, top, scale } = ui.placement.peek();
    return { x: (at.x - left) / scale, y: (at.y - top) / scale };
  };
  const pixel = (at: Point): Point => {
    const { x, y } = inImage(at);
    return { x: Math.floor(x), y: Math.floor(y) };
  };
  /** As the brush has it: a pixel's middle is a whole number. */
  const nib = (at: Point): Point => {
    const { x, y } = inImage(at);
    return { x: x - 0.5, y: y - 0.5 };
  };
  const on = <K extends keyof HTMLElementEventMap>(
    name: K,
    handle: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ) => frame.addEventListener(name, handle, { signal: ended, passive });

  on("pointerdown", (event) => {
    const at = inFrame(event);
    ui.point(pixel(at).x, pixel(at).y, "pointer", pane);
    if (event.button > 1) return;
    pointers.set(event.pointerId, at);
    frame.setPointerCapture(event.pointerId);
    from = at;
    clicked = null;
    armed = true;
    if (pointers.size > 1) {
      if (act === "draw") ui.store.testing.cancel();
      act = "pinch";
    } else if (event.button === 1) act = "pan";
    else if (drawable && ui.brush.peek()) {
      act = "draw";
      ink = nib(at);
      ui.stroke(ink, ink);
    } else act = "click";
  });

  on("pointermove", (event) => {
    const at = inFrame(event);
    const before = pointers.get(event.pointerId);
    if (before) pointers.set(event.pointerId, at);
    if (act === "pinch" && before) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1] ?? at;
      const apart = (a: Point) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
      ui.zoom(apart(at) / apart(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
      ui.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
      return;
    }
    if (act === "click" && Math.hypot(at.x - from.x, at.y - from.y) > CLICK) act = "pan";
    if (act === "pan" && before) ui.pan(at.x - before.x, at.y - before.y);
    if (act === "draw") {
      const next = nib(at);
      ui.stroke(ink, next);
      ink = next;
    }
    ui.point(pixel(at).x, pixel(at).y, "pointer", pane);
  });

  const release = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    if (act === "draw") {
      if (event.type === "pointercancel") ui.store.testing.cancel();
      else ui.store.testing.lift();
    }
    if (act === "click" && event.type === "pointerup") clicked = pixel(inFrame(event));
    act = null;
  };
  on("pointerup", release);
  on("pointercancel", release);
  on("pointerleave", (event) => {
    armed = false;
    if (event.pointerType === "mouse" && ui.cursor.peek()?.by === "pointer") {
      ui.cursor.value = null;
    }
  });
  // The second click of two is no click of its own, and the first was not meant to pin.
  let pinned: Point | null = null;
  on("click", ({ detail }) => {
    if (!clicked || detail > 1) return;
    ui.pin(clicked.x, clicked.y);
    pinned = clicked;
  });
  on("dblclick", () => {
    if (pinned) ui.pin(pinned.x, pinned.y);
    pinned = null;
    if (!drawable || !ui.brush.peek()) ui.zoom(0);
  });
  on(
    "wheel",
    (event) => {
      // A pinch on a trackpad arrives as a wheel with Ctrl.
      const meant = event.ctrlKey || event.metaKey;
      if (!meant && !(armed && focused(frame) === frame)) return;
      const lines = event.deltaMode === 1 ? 16 : 1;
      const speed = event.ctrlKey && Math.abs(event.deltaY) < 40 ? 4 : 1;
      const before = ui.camera.peek().zoom;
      ui.zoom(2 ** ((-event.deltaY * lines * speed) / DOUBLING), inFrame(event));
      if (meant || ui.camera.peek().zoom !== before) event.preventDefault();
    },
    false,
  );
}
