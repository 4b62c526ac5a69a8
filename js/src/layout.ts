/** How large the picture is, and how the panel is arranged around it. */

import type { Size } from "./camera";

export type Arrangement = "narrow" | "medium" | "wide";

/** A share of the picture's width that standing beside it is worth: pixels may lose a third. */
const WORTH = 0.65;
const GAP = 16;
/** Least side of a picture, in CSS px. */
const LEAST = 120;
/** Least width of the column beside the picture, by arrangement, in CSS px. */
const ASIDE = { narrow: 0, medium: 206, wide: 380 } as const;
const TALLEST = { narrow: 480, medium: 480, wide: 560 } as const;

/** Beside each other where there is room, unless that would cost the picture its larger pixels. */
export function arrange(panel: number, image: Size, ratio: number): Arrangement {
  if (panel < 620) return "narrow";
  if (panel >= 900) return "wide";
  const scale = (arrangement: Arrangement) => fittedIn(arrangement, panel, image, ratio).width;
  return scale("medium") < WORTH * scale("narrow") ? "narrow" : "medium";
}

/**
 * CSS size of the picture: the largest whole number of device pixels per image pixel that fits, so
 * that every image pixel is an equal, sharp square. An image larger than the room is scaled down.
 */
export function pictureSize(panel: number, image: Size, ratio: number) {
  return fittedIn(arrange(panel, image, ratio), panel, image, ratio);
}

function fittedIn(arrangement: Arrangement, panel: number, image: Size, ratio: number) {
  const room = arrangement === "narrow" ? panel : panel - GAP - ASIDE[arrangement];
  const fit = Math.min(room / image.width, TALLEST[arrangement] / image.height);
  return fitted(fit, image, ratio);
}

/** Gap between panes, and the height of a pane's title with its distance, in CSS px. */
const BETWEEN = 6;
const TITLE = 20;
const TALLEST_GRID = 640;

/** The size of one of several pictures, and how many of them stand in a row. */
export interface Grid {
  width: number;
  height: number;
  whole: boolean;
  columns: number;
}

/** The arrangement of `count` pictures, over the panel's whole width, that makes them largest. */
export function gridSize(panel: number, image: Size, ratio: number, count: number): Grid {
  let best: Grid = { width: 0, height: 0, whole: false, columns: 1 };
  let fewest = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const wide = (panel - BETWEEN * (columns - 1)) / columns;
    const tall = (TALLEST_GRID - BETWEEN * (rows - 1)) / rows - TITLE;
    const size = fitted(Math.min(wide / image.width, tall / image.height), image, ratio);
    const empty = rows * columns - count;
    const larger = size.width > best.width + 1e-6;
    // Of equally large ones that with the fewest places left empty, and of those the flattest.
    if (larger || (size.width >= best.width - 1e-6 && empty <= fewest)) {
      best = { ...size, columns };
      fewest = empty;
    }
  }
  return best;
}

function fitted(fit: number, image: Size, ratio: number) {
  const devicePixels = Math.floor(fit * ratio + 1e-6);
  const scale = devicePixels >= 1 ? devicePixels / ratio : fit;
  // A very thin image gets a pane that can be pointed at, and read when it is enlarged.
  const side = (pixels: number) => Math.max(LEAST, pixels * scale);
  return { width: side(image.width), height: side(image.height), whole: devicePixels >= 1 };
}
