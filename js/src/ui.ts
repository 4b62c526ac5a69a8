/** What belongs to one view alone: two views of one Inspector look at it each in their own way. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Arrangement, arrange, pictureSize } from "./layout";
import { isEmpty, type Scene, type View } from "./picture";
import type { Store } from "./store";

export interface Cursor {
  x: number;
  y: number;
  by: "pointer" | "keys";
}

export interface Ui {
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

  const scene = computed<Scene | null>(() => {
    const image = store.image.value;
    const reference = store.reference.value;
    return image && reference ? { image, reference, mask: store.drawn.value } : null;
  });
  return {
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
      const image = store.image.value ?? { width: 224, height: 224 };
      return pictureSize(width.value, image, ratio.value);
    }),
  };
}

export const UiContext = createContext<Ui | null>(null);

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (!ui) throw new Error("The panel's parts work inside UiContext only.");
  return ui;
}
