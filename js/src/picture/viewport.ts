/** How large the pictures are, and which part of the image they show: the same in all of them. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import {
  type Camera,
  type Placement,
  panBy,
  place,
  reveal,
  type Size,
  WHOLE,
  zoomAt,
} from "./camera";
import {
  type Arrangement,
  arrange,
  type Grid,
  gridSize,
  pictureSize,
  type Stage,
  stageOf,
} from "./layout";

interface Point {
  x: number;
  y: number;
}

export interface Viewport {
  camera: Signal<Camera>;
  /** Of the panel, in CSS px. */
  width: ReadonlySignal<number>;
  arrangement: ReadonlySignal<Arrangement>;
  /** Room for the pictures, whatever the layout. */
  stage: ReadonlySignal<Stage>;
  size: ReadonlySignal<Grid>;
  ratio: ReadonlySignal<number>;
  /** Where the image lies in every pane. */
  placement: ReadonlySignal<Placement>;
  /** Where a place of the image lies in every pane, in CSS px. */
  inPane(place: Point): Point;
  /** Enlarge so that what lies at a point of the pane (CSS px), or in its middle, stays there. */
  zoom(factor: number, at?: Point): void;
  /** Move the image by so many CSS px. */
  pan(x: number, y: number): void;
  /** Move the image as little as shows a pixel whole. */
  show(pixel: Point): void;
}

/** @param count of pictures side by side */
export function createViewport(
  root: HTMLElement,
  image: ReadonlySignal<Size>,
  count: ReadonlySignal<number>,
  ended: AbortSignal,
): Viewport {
  // Not on the page yet: as wide as another panel is, until the first layout tells.
  const other = document.querySelector(".xwidget-inspector[data-status] > .xw-panel");
  const width = signal(root.clientWidth || other?.clientWidth || 676);
  const ratio = signal(devicePixelRatio || 1);
  const rate = () => {
    ratio.value = devicePixelRatio || 1;
  };
  const observer = new ResizeObserver(([entry]) => {
    // A hidden panel has no width: keep the arrangement it had.
    if (entry && entry.contentRect.width > 0) width.value = entry.contentRect.width;
    rate();
  });
  observer.observe(root);
  ended.addEventListener("abort", () => observer.disconnect());
  // Browser zoom changes the ratio, and with it the size that keeps pixels whole.
  addEventListener("resize", rate, { signal: ended });

  const camera = signal<Camera>(WHOLE);
  const stage = computed(() => stageOf(width.value, image.value, ratio.value, count.value));
  const size = computed(() => {
    if (count.value > 1) return gridSize(stage.value, image.value, ratio.value, count.value);
    return { ...pictureSize(width.value, image.value, ratio.value), columns: 1, title: 0 };
  });
  const placement = computed(() => place(camera.value, size.value, image.value, ratio.value));
  return {
    ...{ camera, width, stage, size, ratio, placement },
    arrangement: computed(() => arrange(width.value, image.value, ratio.value)),
    inPane({ x, y }) {
      const { left, top, scale } = placement.peek();
      return { x: left + x * scale, y: top + y * scale };
    },
    zoom(factor, at) {
      const pane = size.peek();
      const point = at ?? { x: pane.width / 2, y: pane.height / 2 };
      camera.value = zoomAt(camera.peek(), factor, point, pane, image.peek(), ratio.peek());
    },
    pan(x, y) {
      camera.value = panBy(camera.peek(), { x, y }, size.peek(), image.peek(), ratio.peek());
    },
    show(pixel) {
      camera.value = reveal(camera.peek(), pixel, size.peek(), image.peek(), ratio.peek());
    },
  };
}

/** Where an image lies that is as large as the one in the viewport, as a style. */
export function laidOut({ left, top, scale }: Placement, image: Size) {
  return {
    width: `${image.width * scale}px`,
    height: `${image.height * scale}px`,
    transform: left || top ? `translate(${left}px, ${top}px)` : undefined,
  };
}
