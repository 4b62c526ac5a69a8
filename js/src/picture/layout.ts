/** How large the picture is, and how the panel is arranged around it. */

import type { Size } from "./camera";

export type Arrangement = "slim" | "narrow" | "medium" | "wide";

/** A share of the picture's width that standing beside it is worth: pixels may lose a third. */
const WORTH = 0.65;
const GAP = 16;
/** How much larger a picture may be that fills the room before its pixels need not be whole. */
const WASTED = 1.25;
/** Least side of a picture, in CSS px. */
const LEAST = 120;
/** Least width of the column beside the picture, by arrangement, in CSS px. */
const COLUMN = { slim: 0, narrow: 0, medium: 206, wide: 380 } as const;
const TALLEST = 480;
const TALLEST_WIDE = 560;

/** Beside each other where there is room, unless that would cost the picture its larger pixels. */
export function arrange(panel: number, image: Size, ratio: number): Arrangement {
  if (panel < 430) return "slim";
  if (panel < 620) return "narrow";
  if (panel >= 900) return "wide";
  const scale = (by: Arrangement) => scaleOf(fitIn(by, panel, image), ratio);
  return scale("medium") < WORTH * scale("narrow") ? "narrow" : "medium";
}

/**
 * CSS size of the picture: the largest whole number of device pixels per image pixel that fits, so
 * that every image pixel is an equal, sharp square. An image larger than the room is scaled down,
 * and one that would leave much of the room empty is scaled up to fill it.
 */
export function pictureSize(panel: number, image: Size, ratio: number) {
  return fittedIn(arrange(panel, image, ratio), panel, image, ratio);
}

function roomIn(arrangement: Arrangement, panel: number): number {
  const column = COLUMN[arrangement];
  return column === 0 ? panel : panel - GAP - column;
}

function fitIn(arrangement: Arrangement, panel: number, image: Size): number {
  const most = arrangement === "wide" ? TALLEST_WIDE : TALLEST;
  return Math.min(roomIn(arrangement, panel) / image.width, most / image.height);
}

function fittedIn(arrangement: Arrangement, panel: number, image: Size, ratio: number) {
  const fit = fitIn(arrangement, panel, image);
  const scale = scaleOf(fit, ratio);
  const filling = fit > WASTED * scale ? fit : scale;
  return fitted(filling, image, ratio, { width: LEAST, height: LEAST });
}

/** Gap between panes, in CSS px. */
const BETWEEN = 6;
/** Height of a pane's title in one line and in two, and the width from which one is enough. */
const TITLE = { line: 20, two: 36, from: 165 } as const;

/** What is the same in every layout of up to four pictures, so that nothing around them moves. */
export interface Stage extends Size {
  /** Room above a single picture, as much as the titles of four take: its caption stands there. */
  caption: number;
}

/**
 * Room for the pictures of any layout: two by two of half the single picture's size fit, with titles.
 * A wide panel has more of it for five and more; what stands beside them is narrower then.
 */
export function stageOf(panel: number, image: Size, ratio: number, count: number): Stage {
  const arrangement = arrange(panel, image, ratio);
  const single = fittedIn(arrangement, panel, image, ratio);
  const width = Math.min(roomIn(arrangement, panel), single.width + BETWEEN);
  const caption = 2 * titleOf((width - BETWEEN) / 2) + BETWEEN;
  const stage = { width, height: single.height + caption, caption };
  if (arrangement === "wide" && count > 4) {
    stage.width = roomIn(arrangement, panel);
    const { columns, width } = gridSize(stage, image, ratio, count);
    stage.width = columns * (width + BETWEEN) - BETWEEN;
  }
  return stage;
}

function titleOf(width: number): number {
  return width < TITLE.from ? TITLE.two : TITLE.line;
}

/** The size of one of several pictures, and how many of them stand in a row. */
export interface Grid {
  width: number;
  height: number;
  whole: boolean;
  columns: number;
  /** Height of each one's title. */
  title: number;
}

/** The arrangement of `count` pictures, within the stage, that makes them largest. */
export function gridSize(stage: Size, image: Size, ratio: number, count: number): Grid {
  let best: Grid = { width: 0, height: 0, whole: false, columns: 1, title: TITLE.line };
  let most = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const wide = (stage.width - BETWEEN * (columns - 1)) / columns;
    const high = (stage.height - BETWEEN * (rows - 1)) / rows;
    // A picture may be narrower than its place is wide.
    const least = (title: number) => ({
      width: Math.min(LEAST, wide),
      height: Math.min(LEAST, high - title),
    });
    const fitWith = (title: number) => Math.min(wide / image.width, (high - title) / image.height);
    const sized = (title: number) =>
      fitted(scaleOf(fitWith(title), ratio), image, ratio, least(title));
    const title = titleOf(sized(TITLE.line).width);
    const scale = scaleOf(fitWith(title), ratio);
    const empty = rows * columns - count;
    // Of equally large ones that with the fewest places left empty, and of those the flattest.
    if (scale > most + 1e-6 || (scale >= most - 1e-6 && empty <= fewest)) {
      best = { ...sized(title), columns, title };
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
function fitted(scale: number, image: Size, ratio: number, least: Size) {
  const width = Math.max(least.width, image.width * scale);
  const height = Math.max(least.height, image.height * scale);
  const pixels = scale * ratio;
  return { width, height, whole: pixels >= 1 && Math.abs(pixels - Math.round(pixels)) < 1e-6 };
}
