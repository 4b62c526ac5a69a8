/**
 * What tools and layers work on: the pictures of one view of an Inspector, how they are looked at,
 * where they lie, and what is marked on them. Two views look at an Inspector each in their own way.
 */
import { batch, computed, type Signal, signal } from "@preact/signals";
import type { Store } from "../state/store";
import type { Size } from "./camera";
import { createLooks, type Looks } from "./looks";
import { createPanes, type More, type Panes } from "./panes";
import { createViewport, type Viewport } from "./viewport";

/** A pixel of the image. */
export interface Pixel {
  x: number;
  y: number;
}

export interface Cursor extends Pixel {
  /** Key of the pane it is in; the pixel is marked in all of them. */
  pane: string;
  by: "pointer" | "keys";
}

export interface Surface extends Looks, Panes, Viewport {
  root: HTMLElement;
  store: Store;
  cursor: Signal<Cursor | null>;
  pins: Signal<readonly Pixel[]>;
  loupe: Signal<boolean>;
  /** Where the divider stands, as a share of the picture's width. */
  divider: Signal<number>;
  /** Put the cursor on the nearest pixel of the image. */
  point(x: number, y: number, by: Cursor["by"], pane: string): void;
  /** Pin a pixel, or unpin it. */
  pin(x: number, y: number): void;
}

const NO_IMAGE: Size = { width: 224, height: 224 };
const MOST_PINS = 12;

export function createSurface(
  root: HTMLElement,
  store: Store,
  ended: AbortSignal,
  more: () => readonly More[],
): Surface {
  const looks = createLooks(root, ended);
  const panes = createPanes(store, looks, more);
  const image = computed<Size>(() => panes.scene.value?.image ?? NO_IMAGE);
  const count = computed(() => panes.panes.value.length);
  const viewport = createViewport(root, image, count, ended);
  const cursor = signal<Cursor | null>(null);
  const pins = signal<readonly Pixel[]>([]);
  return {
    ...{ root, store, cursor, pins, loupe: signal(false), divider: signal(0.5) },
    ...looks,
    ...panes,
    ...viewport,
    point(x, y, by, pane) {
      const inside = (value: number, end: number) => Math.max(0, Math.min(end - 1, value));
      const at = { x: inside(x, image.peek().width), y: inside(y, image.peek().height) };
      batch(() => {
        cursor.value = { ...at, by, pane };
        if (by === "keys") viewport.show(at);
      });
    },
    pin(x, y) {
      const others = pins.peek().filter((each) => each.x !== x || each.y !== y);
      const known = others.length < pins.peek().length;
      pins.value = known ? others : [...others, { x, y }].slice(-MOST_PINS);
    },
  };
}
