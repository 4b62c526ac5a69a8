/** What belongs to one view alone: two views of one Inspector look at it each in their own way. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Arrangement, arrange, pictureSize } from "./layout";
import { dimmed, isEmpty, type Scene, type View } from "./picture";
import { type Frame, spread } from "./protocol";
import type { Store } from "./store";

export interface Cursor {
  x: number;
  y: number;
  by: "pointer" | "keys";
}

export interface Ui {
  /** Begins the ids of this view's elements: ids are the whole page's. */
  id: string;
  root: HTMLElement;
  store: Store;
  view: Signal<View>;
  cursor: Signal<Cursor | null>;
  /** The image with the mask drawn now; null until the image is there. */
  scene: ReadonlySignal<Scene | null>;
  empty: ReadonlySignal<boolean>;
  arrangement: ReadonlySignal<Arrangement>;
  size: ReadonlySignal<{ width: number; height: number; whole: boolean }>;
}

export function createUi(root: HTMLElement, store: Store, ended: AbortSignal): Ui {
  const width = signal(root.clientWidth || 676);
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
  ended.addEventListener("abort", () => observer.disconnect());

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
    return base.value && { ...base.value, mask };
  });
  return {
    id: `xw-${Math.random().toString(36).slice(2)}`,
    root,
    store,
    view: signal<View>("evidence"),
    cursor: signal<Cursor | null>(null),
    scene,
    empty: computed(() => {
      const mask = store.drawn.value;
      return mask !== null && isEmpty(mask);
    }),
    arrangement: computed(() => arrange(width.value)),
    size: computed(() => {
      const image = base.value?.image ?? { width: 224, height: 224 };
      return pictureSize(width.value, image, ratio.value);
    }),
  };
}

function one(frame: Frame): boolean {
  return frame.height * frame.width === 1;
}
