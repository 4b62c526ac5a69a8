import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { gradient } from "../colormap";
import { paint as fill, type Scene, VIEWS, type View } from "../picture";
import type { Ui } from "../ui";
import { percent, score, shortName } from "../words";

const TITLES: Record<View, string> = {
  evidence: "The image where the mask is, the reference elsewhere",
  mask: "The mask itself, as a color",
  heat: "The mask's mean over the color channels, from 0 to 1",
  overlay: "The evidence on the gray image",
  image: "The image as the net sees it",
};

export function Picture({ ui }: { ui: Ui }) {
  return (
    <div class="xw-picture">
      <ViewTabs ui={ui} />
      <Frame ui={ui} />
      <Caption ui={ui} />
    </div>
  );
}

function ViewTabs({ ui }: { ui: Ui }) {
  const { view } = ui;
  return (
    <div class="xw-tabs" role="radiogroup" aria-label="View">
      {VIEWS.map((name) => (
        <label key={name} title={TITLES[name]}>
          <input
            type="radio"
            name={ui.id}
            value={name}
            checked={view.value === name}
            onChange={() => {
              view.value = name;
            }}
          />
          <span>{name[0]?.toUpperCase() + name.slice(1)}</span>
        </label>
      ))}
    </div>
  );
}

/** The picture with its cursor: the canvas holds the picture's own pixels and nothing else. */
function Frame({ ui }: { ui: Ui }) {
  const { store, cursor, size } = ui;
  const canvas = useRef<HTMLCanvasElement>(null);
  usePainting(ui, canvas);

  const image = store.image.value;
  const move = (x: number, y: number, by: "pointer" | "keys") => {
    if (!image) return;
    const clamp = (value: number, end: number) => Math.max(0, Math.min(end - 1, value));
    cursor.value = { x: clamp(x, image.width), y: clamp(y, image.height), by };
  };
  const onPointer = (event: PointerEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box || !image) return;
    const x = Math.floor(((event.clientX - box.left) / box.width) * image.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * image.height);
    move(x, y, "pointer");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!image || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cursor.value ?? middle(image);
    const far = event.shiftKey ? 10 : 1;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => move(at.x - far, at.y, "keys"),
      ArrowRight: () => move(at.x + far, at.y, "keys"),
      ArrowUp: () => move(at.x, at.y - far, "keys"),
      ArrowDown: () => move(at.x, at.y + far, "keys"),
      Home: () => move(0, at.y, "keys"),
      End: () => move(image.width - 1, at.y, "keys"),
      Escape: () => (event.currentTarget as HTMLElement).blur(),
    };
    const act = moves[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const { width, height, whole } = size.value;
  return (
    <div
      class="xw-frame"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture is read pixel by pixel from the keyboard
      tabIndex={0}
      aria-label="Picture: the arrow keys move a pixel cursor, Escape leaves"
      style={{ width: `${width}px`, height: `${height}px` }}
      onPointerMove={onPointer}
      onPointerDown={onPointer}
      onPointerLeave={(event) => {
        if (event.pointerType === "mouse" && cursor.value?.by === "pointer") cursor.value = null;
      }}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (image && event.currentTarget.matches(":focus-visible")) {
          cursor.value ??= { ...middle(image), by: "keys" };
        }
      }}
      onBlur={() => {
        if (cursor.value?.by === "keys") cursor.value = null;
      }}
    >
      <canvas
        ref={canvas}
        class={whole ? "xw-whole" : undefined}
        role="img"
        aria-label={describe(ui)}
      />
      <Reticle ui={ui} />
      <Words ui={ui} />
    </div>
  );
}

function middle(image: { width: number; height: number }): { x: number; y: number } {
  return { x: image.width >> 1, y: image.height >> 1 };
}

/**
 * Draw in the next animation frame, so that of several masks in one only the newest is drawn. The
 * root's data attributes change in the same breath: they always describe the pixels on the canvas.
 */
function usePainting(ui: Ui, canvas: { current: HTMLCanvasElement | null }): void {
  const pending = useRef(0);
  const painted = useRef<{ scene: Scene | null; view: View | null }>({ scene: null, view: null });
  const paint = () => {
    pending.current = 0;
    const scene = ui.scene.peek();
    const view = ui.view.peek();
    const { root, store } = ui;
    if (
      canvas.current &&
      scene &&
      (painted.current.scene !== scene || painted.current.view !== view)
    ) {
      painted.current = { scene, view };
      draw(canvas.current, scene, view);
    }
    root.dataset.iteration = String(scene?.mask?.iteration ?? -1);
    root.dataset.target = String(scene?.mask?.target ?? -1);
    root.dataset.status = store.status.peek();
  };
  useEffect(() => {
    const stop = effect(() => {
      // Read here what paint() reads later: this is what makes the effect run again.
      void [ui.scene.value, ui.view.value, ui.store.status.value];
      if (pending.current !== 0) return;
      // A hidden page gets no animation frames; it still has to be right when asked.
      if (document.hidden) paint();
      else pending.current = requestAnimationFrame(paint);
    });
    return () => {
      stop();
      cancelAnimationFrame(pending.current);
    };
  }, []);
}

function draw(canvas: HTMLCanvasElement, scene: Scene, view: View): void {
  const { width, height } = scene.image;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) return;
  const pixels = context.createImageData(width, height);
  fill(view, scene, pixels.data);
  context.putImageData(pixels, 0, 0);
}

function nameOf(ui: Ui, target: number): string {
  const found = ui.store.classes.value.find(({ index }) => index === target);
  return found ? shortName(found.name) : `class ${target}`;
}

function describe(ui: Ui): string {
  const mask = ui.store.drawn.value;
  if (!mask) return "The image; no mask yet";
  const view = ui.view.value === "image" ? "The image" : `The ${ui.view.value}`;
  return (
    `${view} for ${nameOf(ui, mask.target)} at iteration ${mask.iteration}: ` +
    `score ${score(mask.score)}, ${percent(mask.mean)} shown`
  );
}

/** A frame around the pixel under the cursor, in two tones to be seen on any color. */
function Reticle({ ui }: { ui: Ui }) {
  const cursor = ui.cursor.value;
  const image = ui.store.image.value;
  if (!cursor || !image) return null;
  const scale = ui.size.value.width / image.width;
  const side = Math.max(scale, 7);
  const place = (at: number) => `${(at + 0.5) * scale - side / 2}px`;
  return (
    <div
      class="xw-reticle"
      style={{
        left: place(cursor.x),
        top: place(cursor.y),
        width: `${side}px`,
        height: `${side}px`,
      }}
    />
  );
}

/** What the pixels cannot say. */
function Words({ ui }: { ui: Ui }) {
  const words = wordsOver(ui);
  return words ? <p class="xw-words">{words}</p> : null;
}

function wordsOver({ store, empty, view }: Ui): string | null {
  if (!store.image.value) return "No image yet";
  if (!store.drawn.value || store.starting.value) {
    return store.status.value === "running" ? "Starting …" : "Not run yet";
  }
  return empty.value && view.value !== "image" ? "No evidence" : null;
}

function Caption({ ui }: { ui: Ui }) {
  const mask = ui.store.drawn.value;
  return (
    <div class="xw-caption" style={{ width: `${ui.size.value.width}px` }}>
      {mask && (
        <span class="xw-figures">
          <b title={nameOf(ui, mask.target)}>{nameOf(ui, mask.target)}</b>
          <span>iteration {mask.iteration}</span>
          <span>score {score(mask.score)}</span>
          <span title="Mask mean: the share of the image that is shown">
            {percent(mask.mean)} shown
          </span>
        </span>
      )}
      {ui.view.value === "heat" && (
        <span class="xw-legend" title="Mask mean over the color channels">
          0<i style={{ backgroundImage: gradient() }} />1
        </span>
      )}
    </div>
  );
}
