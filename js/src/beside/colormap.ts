/**
 * The colors of signed values, outwards from the paper's: orange to red for the class, blue against
 * it. They are of ColorBrewer's RdBu with 11 classes, and with 6 where paper is dark (Brewer and
 * Harrower, colorbrewer2.org, Apache 2.0), which is told apart with every common color vision
 * deficiency. Both sides are as far from the paper in lightness; on dark paper, which is a middle gray,
 * they grow lighter, and soon, so that faint values are seen; on light paper darker.
 */
import { DARK, LIGHT } from "../picture/paper";

const SIDES = {
  light: { over: ["f4a582", "d6604d", "b2182b"], under: ["92c5de", "4393c3", "2166ac"] },
  dark: { over: ["ef8a62", "f4a582"], under: ["67a9cf", "92c5de"] },
} as const;

/** Colors of each side of zero. */
const LEVELS = 255;

/** From −255 to 255, as RGB triplets. */
function table(dark: boolean): Uint8Array {
  const { over, under } = SIDES[dark ? "dark" : "light"];
  const paper = (dark ? DARK : LIGHT).plain;
  const anchors = [over, under].map((side) => [
    paper,
    ...side.map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))),
  ]);
  const colors = new Uint8Array(3 * (2 * LEVELS + 1));
  for (let level = -LEVELS; level <= LEVELS; level++) {
    const side = anchors[level < 0 ? 1 : 0] as number[][];
    const position = (Math.abs(level) / LEVELS) * (side.length - 1);
    const left = Math.min(side.length - 2, Math.floor(position));
    for (let c = 0; c < 3; c++) {
      const [a, b] = [side[left]?.[c] as number, side[left + 1]?.[c] as number];
      colors[3 * (level + LEVELS) + c] = Math.round(a + (b - a) * (position - left));
    }
  }
  return colors;
}

const TABLES = new Map<boolean, Uint8Array>();

/** 511 colors as RGB triplets: that of the value `level`/255 begins at 3·(level + 255). */
export function diverging(dark: boolean): Uint8Array {
  const known = TABLES.get(dark) ?? table(dark);
  TABLES.set(dark, known);
  return known;
}

/** The map in CSS, from the most negative value to the most positive one. */
export function divergingGradient(dark: boolean): string {
  const { over, under } = SIDES[dark ? "dark" : "light"];
  const paper = `rgb(${(dark ? DARK : LIGHT).plain.join(" ")})`;
  const hex = (color: string) => `#${color}`;
  const stops = [...[...under].reverse().map(hex), paper, ...over.map(hex)];
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
