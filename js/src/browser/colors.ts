/** The colors of clusters. */
import { isDark } from "../support/dark";

/**
 * Ten that are told apart by color-blind readers, too, each on its own ground: the nearest two differ by
 * 0.087 or more in OKLab, as seen without red, green or blue cones, too. After them they come again.
 */
export const LIGHT = [
  ...["#034fd2", "#ab932e", "#ed4f9b", "#595f13", "#399ccd"],
  ...["#73171b", "#9169f0", "#9c625f", "#a11368", "#49189b"],
];
export const DARK = [
  ...["#327ccc", "#fce352", "#cd374c", "#a2ca4b", "#31d9e5"],
  ...["#d08057", "#ba85ff", "#9b6892", "#25b097", "#abfdd0"],
];

/** The colors by the number of a cluster, on the ground of an element. */
export function colorsOf(element: HTMLElement): readonly string[] {
  return isDark(element) ? DARK : LIGHT;
}
