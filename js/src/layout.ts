/** How large the picture is, and how the panel is arranged around it. */

import type { Size } from "./camera";

export type Arrangement = "slim" | "narrow" | "medium" | "wide";

/** A share of the picture's width that standing beside it is worth: pixels may lose a third. */
const WORTH = 0.65;
const GAP = 16;
/** Least side of a picture, in CSS px. */
const LEAST = 120;
/** Least width of the column beside the picture, by arrangement, in CSS px. */
const ASIDE = { slim: 0, narrow: 0, medium: 206, wide: 380 } as const;
const TALLEST = { slim: 480, narrow: 480, medium: 480, wide: 560 } as const;

/** Beside each other where there is room, unless that would cost the picture its larger pixels. */
export function arrange(panel: number, image: Size, ratio: number): Arrangement {
  if (panel < 430) return "slim";
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

function roomIn(arrangement: Arrangement, panel: number): number {
  const aside = ASIDE[arrangement];
  return aside === 0 ? panel : panel - GAP - aside;
}

function fittedIn(arrangement: Arrangement, panel: number, image: Size, ratio: number) {
  const room = roomIn(arrangement, panel);
  const fit = Math.min(room / image.width, TALLEST[arrangement] / image.height);
  return fitted(fit, image, ratio, { width: LEAST, height: LEAST });
}

/** Gap between panes, and the height of a pane's title with its distance, in CSS px. */
const BETWEEN = 6;
const TITLE = 20;
/** Lines of the caption under one picture, by the picture's width, and the height of one. */
const LINES = [
  [340, 4],
  [Number.POSITIVE_INFINITY, 3],
] as const;
const LINE = 18;

/** What is the same in every layout, so that nothing around the pictures moves. */
export interface Stage extends Size {
  /** Height of the pictures with their caption. */
  captioned: number;
}

/**
 * Room for the pictures of any layout: two by two of half the single picture's size fit, with their
 * titles. Under a single picture the caption takes what the titles leave.
 */
export function stageOf(panel: number, image: Size, ratio: number): Stage {
  const arrangement = arrange(panel, image, ratio);
  const single = fittedIn(arrangement, panel, image, ratio);
  const width = Math.min(roomIn(arrangement, panel), single.width + BETWEEN);
  const height = single.height + 2 * TITLE + BETWEEN;
  const lines = LINES.find(([most]) => single.width < most)?.[1] ?? 3;
  const captioned = Math.max(single.height + lines * LINE, height + LINE) + BETWEEN;
  return { width, height, captioned };
}

/** The size of one of several pictures, and how many of them stand in a row. */
export interface Grid {
  width: number;
  height: number;
  whole: boolean;
  columns: number;
}

/** The arrangement of `count` pictures, within the stage, that makes them largest. */
export function gridSize(stage: Size, image: Size, ratio: number, count: number): Grid {
  let best: Grid = { width: 0, height: 0, whole: false, columns: 1 };
  let most = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const wide = (stage.width - BETWEEN * (columns - 1)) / columns;
    const tall = (stage.height - BETWEEN * (rows - 1)) / rows - TITLE;
    const fit = Math.min(wide / image.width, tall / image.height);
    const least = { width: Math.min(LEAST, wide), height: Math.min(LEAST, tall) };
    const scale = scaleOf(fit, ratio);
    const empty = rows * columns - count;
    // Of equally large ones that with the fewest places left empty, and of those the flattest.
    if (scale > most + 1e-6 || (scale >= most - 1e-6 && empty <= fewest)) {
      best = { ...fitted(fit, image, ratio, least), columns };
      most = scale;
      fewest = empty;
    }
  }
  return best;
}

/** CSS px for each pixel of the image: whole pixels of the screen, or less than one. */
function scaleOf(fit: number, ratio: number): number {
  const devicePixels = Math.floor(fit * ratio + 1e-6);
  return devicePixels >= 1 ? devicePixels / ratio : fit;
}

/** A very thin image gets a pane that can be pointed at, and read when it is enlarged. */
function fitted(fit: number, image: Size, ratio: number, least: Size) {
  const scale = scaleOf(fit, ratio);
  const width = Math.max(least.width, image.width * scale);
  const height = Math.max(least.height, image.height * scale);
  return { width, height, whole: scale * ratio > 1 - 1e-6 };
}
