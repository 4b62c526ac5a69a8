/**
 * A photo that fades to paper where it is not shown. The same in integers as xwidget/paper.py, so
 * that a picture from Python and one from the panel are equal.
 */
import type { Frame } from "../kernel/frame";

type Rgb = readonly [number, number, number];

export interface Paper {
  plain: Rgb;
  /** Of the hatching, which says that something was here and was taken away. */
  line: Rgb;
}

/** Not quite white and not quite black: what is white or black in the photo still stands out. */
export const LIGHT: Paper = { plain: [236, 234, 228], line: [186, 183, 174] };
/** On a dark page: as far from black as from white, as a photo's darkest parts are evidence too. */
export const DARK: Paper = { plain: [118, 116, 110], line: [82, 80, 76] };

/** Pixels from one line of the hatching to the next, along a row. */
export function hatching(width: number, height: number): number {
  return Math.max(4, Math.round(Math.max(width, height) / 32));
}

/**
 * Fill interleaved RGBA with the image on paper.
 *
 * A pixel is as opaque as the greatest of its three mask values. A channel that is shown less than
 * that is filled up with the pixel's own gray, and the less so the more the channels differ (fourth
 * power): small differences leave the photo its natural colors, while of a pixel shown in red alone
 * nothing but its red remains, on black. So no color appears that is neither the photo's nor shown.
 *
 * With `rest` it is the other way round: what the mask does not show, on hatched paper.
 */
export function wash(
  image: Frame,
  mask: Frame,
  paper: Paper,
  rest: boolean,
  out: Uint8ClampedArray,
): void {
  const { height, width } = mask;
  const [xs, ms] = [image.data, mask.data];
  const x = image.channels === 1 ? 0 : height * width;
  const m = mask.channels === 1 ? 0 : height * width;
  const invert = rest ? 255 : 0; // 255 − v is v ^ 255
  const period = hatching(width, height);
  const thick = period >> 2;
  const [pr, pg, pb] = paper.plain;
  const [lr, lg, lb] = paper.line;
  // Plain on purpose: a closure per value costs a large picture its frame rate.
  for (let v = 0, i = 0, o = 0; v < height; v++) {
    for (let u = 0; u < width; u++, i++, o += 4) {
      const r = (ms[i] as number) ^ invert;
      const g = (ms[i + m] as number) ^ invert;
      const b = (ms[i + 2 * m] as number) ^ invert;
      const most = r > g ? (r > b ? r : b) : g > b ? g : b;
      const least = r < g ? (r < b ? r : b) : g < b ? g : b;
      const line = rest && (u + v) % period < thick;
      const bare = 255 - most;
      let red = bare * (line ? lr : pr);
      let green = bare * (line ? lg : pg);
      let blue = bare * (line ? lb : pb);
      if (most > 0) {
        const xr = xs[i] as number;
        const xg = xs[i + x] as number;
        const xb = xs[i + 2 * x] as number;
        if (most > least) {
          const apart = (most - least) / most;
          const square = apart * apart;
          const gray = ((299 * xr + 587 * xg + 114 * xb) / 1000) * (1 - square * square);
          red += (most - r) * gray;
          green += (most - g) * gray;
          blue += (most - b) * gray;
        }
        red += r * xr;
        green += g * xg;
        blue += b * xb;
      }
      out[o] = (red / 255 + 0.5) | 0;
      out[o + 1] = (green / 255 + 0.5) | 0;
      out[o + 2] = (blue / 255 + 0.5) | 0;
      out[o + 3] = 255;
    }
  }
}
