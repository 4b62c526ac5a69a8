/** How large the picture is, and how the panel is arranged around it. */

export type Arrangement = "narrow" | "medium" | "wide";

const GAP = 16;
/** Least width of the column beside the picture, by arrangement, in CSS px. */
const ASIDE = { narrow: 0, medium: 206, wide: 380 } as const;
const TALLEST = { narrow: 480, medium: 480, wide: 560 } as const;

export function arrange(width: number): Arrangement {
  if (width < 620) return "narrow";
  return width < 900 ? "medium" : "wide";
}

/**
 * CSS size of the picture: the largest whole number of device pixels per image pixel that fits, so
 * that every image pixel is an equal, sharp square. An image larger than the room is scaled down.
 */
export function pictureSize(
  panel: number,
  image: { width: number; height: number },
  ratio: number,
): { width: number; height: number; whole: boolean } {
  const arrangement = arrange(panel);
  const room = arrangement === "narrow" ? panel : panel - GAP - ASIDE[arrangement];
  const fit = Math.min(room / image.width, TALLEST[arrangement] / image.height);
  const devicePixels = Math.floor(fit * ratio + 1e-6);
  const scale = devicePixels >= 1 ? devicePixels / ratio : fit;
  return { width: image.width * scale, height: image.height * scale, whole: devicePixels >= 1 };
}
