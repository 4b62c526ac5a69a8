import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { shortOf } from "../catalog/says";
import { whereabouts } from "../state/masks";
import { figuresOf, score } from "../support/words";
import { ROOM_FOR_THREE, WHOLE } from "./camera";
import { draw } from "./canvas";
import { listen } from "./gestures";
import { Values } from "./layers/cells";
import { Divider, Loupe, Pins, Reticle } from "./layers/overlays";
import { lookAt, lookWords, viewWords } from "./looks";
import { isEmpty } from "./painting";
import { Title } from "./titles";
import type { Pane, Ui } from "./ui";

/** One picture with its cursor: the canvas holds the picture's own pixels and nothing else. */
export function PaneView({ ui, pane }: { ui: Ui; pane: Pane }) {
  const { cursor, size, placement, pins } = ui;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const sheet = useSheet(frame);
  const main = pane.key === "main";
  // Another class's or run's mask is not the one that is edited.
  const drawable = main || ui.layout.value === "views";
  usePainting(ui, pane.key, canvas, sheet);
  useEffect(() => {
    const ended = new AbortController();
    if (frame.current) listen(frame.current, ui, { pane: pane.key, drawable }, ended.signal);
    return () => ended.abort();
  }, [drawable]);

  const image = pane.scene.image;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return; // the divider's own
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" && event.shiftKey) return; // the notebook's: it runs the cell
    const at = cursor.value ?? middle(image);
    const far = event.shiftKey ? 10 : 1;
    const move = (x: number, y: number) => ui.point(x, y, "keys", pane.key);
    const acts: Record<string, () => void> = {
      ArrowLeft: () => move(at.x - far, at.y),
      ArrowRight: () => move(at.x + far, at.y),
      ArrowUp: () => move(at.x, at.y - far),
      ArrowDown: () => move(at.x, at.y + far),
      Home: () => move(0, at.y),
      End: () => move(image.width - 1, at.y),
      "+": () => ui.zoom(1.5, pointOf(at)),
      "=": () => ui.zoom(1.5, pointOf(at)),
      "-": () => ui.zoom(1 / 1.5, pointOf(at)),
      "0": () => {
        ui.camera.value = WHOLE;
      },
      v: () => ui.zoom(ROOM_FOR_THREE / placement.peek().scale, pointOf(at)),
      l: () => {
        ui.loupe.value = !ui.loupe.value;
      },
      Enter: () => ui.pin(at.x, at.y),
      " ": () => dab(at),
      Escape: () => (event.currentTarget as HTMLElement).blur(),
    };
    const act = acts[event.key] ?? acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  /** A dab of the brush where the cursor is; without a brush the pixel is pinned. */
  const dab = (at: { x: number; y: number }) => {
    if (!ui.brush.value || !drawable) return ui.pin(at.x, at.y);
    ui.stroke(at, at);
    ui.store.testing.lift();
  };
  const pointOf = (at: { x: number; y: number }) => {
    const { left, top, scale } = placement.peek();
    return { x: left + (at.x + 0.5) * scale, y: top + (at.y + 0.5) * scale };
  };
  const { width, height, whole } = size.value;
  const { left, top, scale } = placement.value;
  const enlarged = ui.camera.value.zoom > 1;
  const paper = pane.view === "paper";
  const laid = {
    width: `${image.width * scale}px`,
    height: `${image.height * scale}px`,
    transform: left || top ? `translate(${left}px, ${top}px)` : undefined,
  };
  const sharp = whole || enlarged ? "xw-whole" : "";
  const hint = main ? "arrow keys move a pixel cursor, plus and minus zoom, Escape leaves" : "";
  return (
    <div class="xw-pane">
      {pane.title && <Title ui={ui} pane={pane} />}
      <div
        ref={frame}
        class="xw-frame"
        role="application"
        // One stop for the Tab key: the pictures are linked.
        tabIndex={main ? 0 : -1}
        aria-label={`Picture${main ? "" : `, ${pane.title}`}: ${hint}`}
        data-enlarged={enlarged || undefined}
        data-brush={ui.brush.value?.mode}
        style={{ width: `${width}px`, height: `${height}px` }}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) {
            cursor.value ??= { ...middle(image), by: "keys", pane: pane.key };
          }
        }}
        onBlur={() => {
          if (cursor.value?.by === "keys") cursor.value = null;
        }}
      >
        <canvas
          ref={canvas}
          class={sharp}
          role="img"
          aria-label={describe(ui, pane)}
          style={laid}
        />
        <div class={`xw-sheet ${sharp}`} hidden={!paper} aria-hidden="true" style={laid} />
        {ui.layout.value === "divider" && <Divider ui={ui} pane={pane} whole={whole || enlarged} />}
        {enlarged && <Values ui={ui} pane={pane} />}
        {pins.value.length > 0 && <Pins ui={ui} />}
        <Reticle ui={ui} />
        {ui.loupe.value && <Loupe ui={ui} canvas={paper ? sheet : canvas} pane={pane} />}
        <Looked ui={ui} pane={pane} />
        <Words ui={ui} pane={pane} />
      </div>
    </div>
  );
}

function middle(image: { width: number; height: number }): { x: number; y: number } {
  return { x: image.width >> 1, y: image.height >> 1 };
}

/**
 * Draw in the next animation frame, so that of several masks in one only the newest is drawn. The
 * root's data attributes change in the same breath: they always describe the main picture's pixels.
 */
function usePainting(ui: Ui, key: string, canvas: Canvas, sheet: Canvas): void {
  useEffect(() => {
    let pending = 0;
    let painted: unknown[] = [];
    const { root, store } = ui;
    const paint = () => {
      pending = 0;
      const pane = ui.panes.peek().find((each) => each.key === key);
      if (canvas.current && pane) {
        const { scene, view } = pane;
        const look = lookAt(ui, pane);
        const asked = [scene, view, ...Object.values(look)];
        if (asked.some((each, k) => each !== painted[k])) {
          painted = asked;
          draw(canvas.current, scene, view === "paper" ? "evidence" : view, look);
          if (view === "paper" && sheet.current) draw(sheet.current, scene, view, look);
        }
      }
      if (key !== "main") return;
      const mask = store.drawn.peek();
      root.dataset.iteration = String(mask?.iteration ?? -1);
      root.dataset.target = String(mask?.target ?? -1);
      root.dataset.status = store.status.peek();
    };
    const stop = effect(() => {
      // Read here what paint() reads later: this is what makes the effect run again.
      void [ui.panes.value, store.status.value, ui.channel.value, ui.boost.value, ui.dark.value];
      // A hidden page gets no animation frames; it still has to be right when asked.
      if (document.hidden) {
        cancelAnimationFrame(pending);
        paint();
      } else if (pending === 0) pending = requestAnimationFrame(paint);
    });
    return () => {
      stop();
      cancelAnimationFrame(pending);
    };
  }, []);
}

interface Canvas {
  current: HTMLCanvasElement | null;
}

/**
 * The canvas of the view "paper", laid over the pane's own, which goes on holding the evidence: what
 * reads the panel's canvas reads what the net is shown. Closed, so that it is still the only one.
 */
function useSheet(frame: { current: HTMLElement | null }): Canvas {
  const sheet = useRef<HTMLCanvasElement | null>(null);
  useEffect(() => {
    const host = frame.current?.querySelector(".xw-sheet");
    if (!host) return;
    const canvas = document.createElement("canvas");
    canvas.style.cssText = "display: block; width: 100%; height: 100%";
    host.attachShadow({ mode: "closed" }).append(canvas);
    sheet.current = canvas;
  }, []);
  return sheet;
}

/** What is done to the picture for the eye alone is written on it. */
function Looked({ ui, pane }: { ui: Ui; pane: Pane }) {
  const words = lookWords(pane, ui.channel.value, ui.boost.value);
  return words ? <b class="xw-corner xw-looked">{words}</b> : null;
}

export function nameOf(ui: Ui, target: number): string {
  const found = ui.store.classes.value.find(({ index }) => index === target);
  return found ? shortOf(found) : `class ${target}`;
}

/** The picture in words. Where the evidence lies is said at rest: nobody could follow it live. */
function describe(ui: Ui, pane: Pane): string {
  const mask = pane.scene.mask;
  if (!mask) return "The image; no mask yet";
  const view = viewWords(pane.view, pane.takes);
  const edited = ui.store.testing.edited.value === mask ? ", edited" : "";
  const busy = ui.store.status.value === "running" || ui.store.testing.drawing.value;
  const where = busy ? "" : `; ${whereabouts(mask)}`;
  const figures = edited ? `score ${score(mask.score)}` : `score ${figuresOf(mask, pane.takes)}`;
  return (
    `${view} for ${nameOf(ui, mask.target)} at iteration ${mask.iteration}${edited}: ` +
    `${figures}${where}. ${pane.says}`
  );
}

/** What the pixels cannot say. */
function Words({ ui, pane }: { ui: Ui; pane: Pane }) {
  const words = wordsOver(ui, pane);
  return words ? <p class="xw-words">{words}</p> : null;
}

function wordsOver({ store, threshold, layout }: Ui, pane: Pane): string | null {
  const mask = pane.scene.mask;
  const main = pane.key === "main";
  const wanted = main ? store.target.value : layout.value === "classes" ? Number(pane.key) : null;
  const missing = wanted === null ? "" : store.missing(wanted);
  if (missing && !(main && store.testing.edited.value)) return missing;
  const running = store.status.value === "running" || store.starting.value;
  if (!mask || store.starting.value) {
    if (pane.key === "main") return running ? "Starting …" : "Not run yet";
    return running ? "Waiting …" : "Not run";
  }
  // A class that was just added; the picture is still another's.
  const none = !store.trace.value[String(store.target.value)]?.frames.length;
  if (pane.key === "main" && running && none && mask.target !== store.target.value) {
    return "Waiting for its turn …";
  }
  if (pane.view === "image" || !isEmpty(mask)) return null;
  return threshold.value > 0 ? "No evidence above the threshold" : "No evidence";
}
