/** What belongs to one view alone: two views of one Inspector look at it each in their own way. */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Frame, spread } from "../kernel/frame";
import { above, type Brush } from "../state/masks";
import { createPlayer, type Player } from "../state/play";
import type { Store } from "../state/store";
import { darkness } from "../support/theme";
import { type Camera, panBy, place, reveal, type Size, WHOLE, zoomAt } from "./camera";
import {
  type Arrangement,
  arrange,
  type Grid,
  gridSize,
  pictureSize,
  type Stage,
  stageOf,
} from "./layout";
import { dimmed, type Look, type Scene, type View } from "./painting";
import { panesOf } from "./panes";

export interface Cursor {
  /** Key of the pane it is in; the pixel is marked in all of them. */
  pane: string;
  x: number;
  y: number;
  by: "pointer" | "keys";
}

/** What is side by side: nothing, image and picture with a divider, views, classes or runs. */
export const LAYOUTS = ["single", "divider", "views", "classes", "game", "defense"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** One picture of the panel. */
export interface Pane {
  key: string;
  title: string;
  /** The title in parts: a name that may be cut, a warning, figures and a word to them. */
  head: { name: string; doubtful: boolean; figures: readonly [string, string] };
  view: View;
  scene: Scene;
  /** Whether its mask says what is taken away. */
  takes: boolean;
  /** What it is, in one sentence; empty before there is a mask. */
  says: string;
}

export interface Ui {
  /** Begins the ids of this view's elements: ids are the whole page's. */
  id: string;
  root: HTMLElement;
  store: Store;
  layout: Signal<Layout>;
  view: Signal<View>;
  /** Those side by side in the layout "views". */
  views: Signal<readonly View[]>;
  camera: Signal<Camera>;
  cursor: Signal<Cursor | null>;
  pins: Signal<readonly { x: number; y: number }[]>;
  /** Least mask value shown, in 255ths; 0 shows all. */
  threshold: Signal<number>;
  /** The one color channel that is seen; null for all. */
  channel: Signal<Look["channel"]>;
  /** What mask values are multiplied by, to be seen; one of BOOSTS. */
  boost: Signal<number>;
  dark: ReadonlySignal<boolean>;
  player: Player;
  loupe: Signal<boolean>;
  /** Where the divider stands, as a share of the picture's width. */
  divider: Signal<number>;
  /** Null where strokes move the picture and clicks pin a pixel. */
  brush: Signal<Brush | null>;
  helping: Signal<boolean>;
  /** Whether the curve shows more than scores. */
  details: Signal<boolean>;
  /** Whether the settings are unfolded. */
  settings: { value: boolean };
  /** The image with the mask drawn now; null until the image is there. */
  scene: ReadonlySignal<Scene | null>;
  /** What is drawn, the main picture first. */
  panes: ReadonlySignal<Pane[]>;
  arrangement: ReadonlySignal<Arrangement>;
  /** Room for the pictures, whatever the layout. */
  stage: ReadonlySignal<Stage>;
  size: ReadonlySignal<Grid>;
  ratio: ReadonlySignal<number>;
  /** Where the image lies in every pane. */
  placement: ReadonlySignal<ReturnType<typeof place>>;
  zoom(factor: number, at?: { x: number; y: number }): void;
  pan(x: number, y: number): void;
  point(x: number, y: number, by: "pointer" | "keys", pane: string): void;
  pin(x: number, y: number): void;
  /** What the explanation shows, whatever a person made of it. */
  explained(): Frame | null;
  /** Let a stroke of the brush go on, from and to a place in image pixels; it begins an edit. */
  stroke(from: { x: number; y: number }, to: { x: number; y: number }): void;
  /** After a control that had the focus has gone. */
  refocus(): void;
  /** The address of what is looked at; null where there is none to point to. */
  link: Signal<(() => string) | null>;
}

const NO_IMAGE: Size = { width: 224, height: 224 };
const MOST_PINS = 12;
/** Width of a panel from which on its settings begin unfolded, in CSS px. */
const ROOMY = 800;

export function createUi(root: HTMLElement, store: Store, ended: AbortSignal): Ui {
  // Not on the page yet: as wide as another panel is, until the first layout tells.
  const other = document.querySelector(".xwidget-inspector[data-status] > .xw-panel");
  const width = signal(root.clientWidth || other?.clientWidth || 676);
  const ratio = signal(window.devicePixelRatio || 1);
  const observer = new ResizeObserver(([entry]) => {
    // A hidden panel has no width: keep the arrangement it had.
    if (entry && entry.contentRect.width > 0) width.value = entry.contentRect.width;
    ratio.value = window.devicePixelRatio || 1;
  });
  observer.observe(root);
  // Browser zoom changes the ratio, and with it the size that keeps pixels whole.
  window.addEventListener(
    "resize",
    () => {
      ratio.value = window.devicePixelRatio || 1;
    },
    { signal: ended },
  );

  const layout = signal<Layout>("single");
  const view = signal<View>("paper");
  const views = signal<readonly View[]>(["paper", "mask", "heat", "image"]);
  const camera = signal<Camera>(WHOLE);
  const cursor = signal<Cursor | null>(null);
  const pins = signal<readonly { x: number; y: number }[]>([]);
  const threshold = signal(0);
  // Where there is room the settings cost nothing: they stand below, or beside, what is looked at.
  const unfolded = signal<boolean | null>(null);
  const settings = {
    get value() {
      return unfolded.value ?? width.value >= ROOMY;
    },
    set value(open: boolean) {
      unfolded.value = open;
    },
  };
  const brush = signal<Brush | null>(null);

  // Written out once, not with every mask; an image of one color comes as one pixel too.
  const base = computed(() => {
    const image = store.image.value;
    const reference = store.reference.value;
    if (!image || !reference) return null;
    // Only a flat image depends on the mask, for its size.
    const { height, width } = one(image) ? (store.drawn.value ?? image) : image;
    const whole = spread(image, height, width);
    return { image: whole, reference: spread(reference, height, width), dim: dimmed(whole) };
  });
  const scene = computed<Scene | null>(() => {
    const mask = store.drawn.value;
    const shown = store.testing.edited.value ?? (mask && above(mask, threshold.value));
    return base.value && { ...base.value, mask: shown };
  });
  const panes = computed<Pane[]>(() => {
    const main = scene.value;
    if (!main) return [];
    const sceneOf = (mask: Frame | null): Scene => ({
      ...main,
      mask: mask && above(mask, threshold.value),
    });
    return panesOf(layout.value, store, view.value, views.value, main, sceneOf);
  });
  const image = computed<Size>(() => base.value?.image ?? NO_IMAGE);
  const stage = computed(() => stageOf(width.value, image.value, ratio.value));
  const size = computed(() => {
    const count = panes.value.length;
    if (count > 1) return gridSize(stage.value, image.value, ratio.value, count);
    return { ...pictureSize(width.value, image.value, ratio.value), columns: 1, title: 0 };
  });
  const placement = computed(() => place(camera.value, size.value, image.value, ratio.value));

  const explained = () => {
    const drawn = store.drawn.peek();
    return drawn && above(drawn, threshold.peek());
  };
  const id = `xw-${Math.random().toString(36).slice(2)}`;
  const unwatch = effect(() => {
    const classes = layout.value === "classes" ? store.classes.value : [];
    const runs = layout.value === "game" || layout.value === "defense" ? store.variants.value : [];
    store.watch(id, [
      ...classes.map(({ index }) => ({ run: 0, target: index })),
      ...runs.map(({ run }) => ({ run, target: store.target.value })),
    ]);
  });
  // Once for each run, and again where it went on: what there is already is not run again.
  const compared = new Set<string>();
  const uncompare = effect(() => {
    const by = layout.value;
    if ((by !== "game" && by !== "defense") || store.offline.value || !store.drawn.value) return;
    const { run, iterations } = store.progress.value;
    const key = `${by} ${run} ${iterations}`;
    if (store.starting.value || run === 0 || compared.has(key)) return;
    compared.add(key);
    store.compare(by);
  });
  ended.addEventListener("abort", () => {
    observer.disconnect();
    unwatch();
    uncompare();
    store.watch(id, []);
  });

  return {
    id,
    root,
    store,
    layout,
    view,
    views,
    camera,
    cursor,
    pins,
    threshold,
    channel: signal<Look["channel"]>(null),
    boost: signal(1),
    dark: darkness(root, ended),
    player: createPlayer(store, ended),
    link: signal(null),
    loupe: signal(false),
    divider: signal(0.5),
    brush,
    helping: signal(false),
    details: signal(false),
    settings,
    scene,
    panes,
    arrangement: computed(() => arrange(width.value, image.value, ratio.value)),
    stage,
    size,
    ratio,
    placement,
    zoom(factor, at) {
      const pane = size.peek();
      const point = at ?? { x: pane.width / 2, y: pane.height / 2 };
      camera.value = zoomAt(camera.peek(), factor, point, pane, image.peek(), ratio.peek());
    },
    pan(x, y) {
      camera.value = panBy(camera.peek(), { x, y }, size.peek(), image.peek(), ratio.peek());
    },
    point(x, y, by, pane) {
      const inside = (value: number, end: number) => Math.max(0, Math.min(end - 1, value));
      const at = { x: inside(x, image.peek().width), y: inside(y, image.peek().height) };
      batch(() => {
        cursor.value = { ...at, by, pane };
        if (by === "keys") {
          camera.value = reveal(camera.peek(), at, size.peek(), image.peek(), ratio.peek());
        }
      });
    },
    pin(x, y) {
      const others = pins.peek().filter((each) => each.x !== x || each.y !== y);
      const known = others.length < pins.peek().length;
      pins.value = known ? others : [...others, { x, y }].slice(-MOST_PINS);
    },
    explained,
    stroke(from, to) {
      const source = explained();
      const { testing } = store;
      if (!source || !brush.peek()) return;
      if (!testing.edited.peek()) testing.test(source);
      testing.draw(brush.peek() as Brush, source, from, to);
    },
    refocus() {
      root.querySelector<HTMLElement>(".xw-frame")?.focus();
    },
  };
}

function one(frame: Frame): boolean {
  return frame.height * frame.width === 1;
}
