/**
 * Regions of a picture, purely: a box, a polygon, a mask, a point. Coordinates are continuous pixels of
 * the network's input, pixel j covers [j, j + 1), and a pixel belongs to a region if its center does:
 * the same rules as in findings/region.py, to the last bit.
 */
import {
  type Bounds,
  countOf,
  emptyGrid,
  type Grid,
  gridBounds,
  type Place,
  type Ring,
  type Size,
  shifted,
  union,
} from "./grid";
import { decode, encode } from "./rle";

export interface Box {
  readonly type: "box";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Polygon {
  readonly type: "polygon";
  /** A place is inside where an odd number of rings go around it. */
  readonly rings: readonly Ring[];
}
export interface Pixels {
  readonly type: "mask";
  readonly size: Size;
  /** COCO's compressed run lengths. */
  readonly counts: string;
}
export interface Point {
  readonly type: "point";
  readonly x: number;
  readonly y: number;
}
export type Region = Box | Polygon | Pixels | Point;

/** Points of one region, as in findings/region.py. */
export const MOST_POINTS = 100_000;

// Regions are values: what was made of one holds as long as it lives.
const grids = new WeakMap<Region, Grid>();

/** The pixels that belong to a region: if it has no center in it, the one that its first point lies in. */
export function gridOf(region: Region, size: Size): Grid {
  const known = grids.get(region);
  if (known?.height === size[0] && known.width === size[1]) return known;
  const made = rasterize(region, size);
  grids.set(region, made);
  return made;
}

function rasterize(region: Region, size: Size): Grid {
  switch (region.type) {
    case "mask":
      if (region.size[0] !== size[0] || region.size[1] !== size[1]) {
        throw new Error(
          `the mask is of ${region.size.join("×")} pixels, the image has ${size.join("×")}`,
        );
      }
      return decode(region.counts, size);
    case "box":
      return orPixel(fillBox(region, size), region.x, region.y);
    case "polygon": {
      const [x, y] = region.rings[0]?.[0] ?? [0, 0];
      return orPixel(fillRings(region.rings, size), x, y);
    }
    case "point":
      return orPixel(emptyGrid(size), region.x, region.y);
  }
}

function fillBox(box: Box, size: Size): Grid {
  const grid = emptyGrid(size);
  const [right, lower] = [box.x + box.width, box.y + box.height];
  for (let y = 0; y < grid.height; y++) {
    if (y + 0.5 < box.y || y + 0.5 >= lower) continue;
    for (let x = 0; x < grid.width; x++) {
      if (x + 0.5 >= box.x && x + 0.5 < right) grid.data[y * grid.width + x] = 1;
    }
  }
  return grid;
}

function fillRings(rings: readonly Ring[], size: Size): Grid {
  const grid = emptyGrid(size);
  const { height, width, data } = grid;
  // Whether an odd number of lines is crossed at a pixel's left, and one place more for the right end.
  const crossed = new Uint8Array(height * (width + 1));
  for (const ring of rings) {
    for (const [k, [x0, y0]] of ring.entries()) {
      const [x1, y1] = ring[(k + 1) % ring.length] as Place;
      if (y0 === y1) continue;
      // Rows whose center lies between the ends; an end counts for the edge below it.
      const first = Math.max(0, Math.ceil(Math.min(y0, y1) - 0.5));
      const last = Math.min(height, Math.ceil(Math.max(y0, y1) - 0.5));
      for (let row = first; row < last; row++) {
        const x = x0 + ((row + 0.5 - y0) * (x1 - x0)) / (y1 - y0);
        const column = Math.min(width, Math.max(0, Math.ceil(x - 0.5)));
        const i = row * (width + 1) + column;
        crossed[i] = (crossed[i] as number) ^ 1;
      }
    }
  }
  for (let row = 0; row < height; row++) {
    for (let column = 0, inside = 0; column < width; column++) {
      inside ^= crossed[row * (width + 1) + column] as number;
      data[row * width + column] = inside;
    }
  }
  return grid;
}

function orPixel(grid: Grid, x: number, y: number): Grid {
  if (!grid.data.includes(1)) {
    const inside = (at: number, end: number) => Math.min(end - 1, Math.max(0, Math.floor(at)));
    grid.data[inside(y, grid.height) * grid.width + inside(x, grid.width)] = 1;
  }
  return grid;
}

/** A mask as a region; null if no pixel belongs to it. */
export function regionOf(grid: Grid): Pixels | null {
  if (!grid.data.includes(1)) return null;
  const { height, width } = grid;
  const region: Pixels = { type: "mask", size: [height, width], counts: encode(grid) };
  grids.set(region, grid);
  return region;
}

const sketches = new WeakMap<Grid, Pixels>();

/** A mask as a region that is drawn and not kept: no run lengths are made of it. */
export function sketched(grid: Grid): Pixels {
  const known = sketches.get(grid);
  if (known) return known;
  const region: Pixels = { type: "mask", size: [grid.height, grid.width], counts: "" };
  grids.set(region, grid);
  sketches.set(grid, region);
  return region;
}

/** How large a region is, in pixels, to tell the larger one: exact but for lines that cross. */
export function areaOf(region: Region): number {
  switch (region.type) {
    case "point":
      return 0;
    case "box":
      return region.width * region.height;
    case "mask":
      return countOf(gridOf(region, region.size));
    case "polygon":
      return Math.abs(region.rings.reduce((sum, ring) => sum + turned(ring), 0));
  }
}

/** Intersection over union of their pixels, in [0, 1]. */
export function alike(a: Region, b: Region, size: Size): number {
  const [one, other] = [gridOf(a, size), gridOf(b, size)];
  const both = countOf(union(one, other));
  return both && (countOf(one) + countOf(other) - both) / both;
}

/** The area of a ring, negative where it runs the other way round. */
export function turned(ring: Ring): number {
  let [sum, [x0, y0]] = [0, ring.at(-1) as Place];
  for (const [x1, y1] of ring) {
    sum += (x0 * y1 - x1 * y0) / 2;
    [x0, y0] = [x1, y1];
  }
  return sum;
}

const ends = new WeakMap<Region, Bounds>();

export function boundsOf(region: Region): Bounds {
  const known = ends.get(region) ?? measure(region);
  ends.set(region, known);
  return known;
}

function measure(region: Region): Bounds {
  const { type } = region;
  if (type === "box") {
    return [region.x, region.y, region.x + region.width, region.y + region.height];
  }
  if (type === "point") return [region.x, region.y, region.x, region.y];
  if (type === "mask") return gridBounds(gridOf(region, region.size)) ?? [0, 0, 0, 0];
  let [left, upper, right, lower] = [1, 1, -1, -1].map((sign) => sign * Number.POSITIVE_INFINITY);
  for (const [x, y] of region.rings.flat()) {
    left = Math.min(left as number, x);
    upper = Math.min(upper as number, y);
    right = Math.max(right as number, x);
    lower = Math.max(lower as number, y);
  }
  return [left, upper, right, lower] as Bounds;
}

/** Whether a place is in a region, or within `reach` of a point. */
export function hits(region: Region, x: number, y: number, reach: number): boolean {
  const [left, upper, right, lower] = boundsOf(region);
  if (x < left - reach || x > right + reach || y < upper - reach || y > lower + reach) return false;
  switch (region.type) {
    case "point":
      return Math.hypot(x - region.x, y - region.y) <= reach;
    case "box":
      return true;
    case "mask": {
      const [column, row] = [Math.floor(x), Math.floor(y)];
      const [height, width] = region.size;
      if (column < 0 || row < 0 || column >= width || row >= height) return false;
      return gridOf(region, region.size).data[row * width + column] === 1;
    }
    case "polygon":
      return isAround(region.rings, x, y) || region.rings.some((ring) => isNear(ring, x, y, reach));
  }
}

function isAround(rings: readonly Ring[], x: number, y: number): boolean {
  let inside = false;
  for (const ring of rings) {
    let [x0, y0] = ring.at(-1) as Place;
    for (const [x1, y1] of ring) {
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) * (x1 - x0)) / (y1 - y0)) inside = !inside;
      [x0, y0] = [x1, y1];
    }
  }
  return inside;
}

function isNear(ring: Ring, x: number, y: number, reach: number): boolean {
  return ring.some(
    (from, k) => distance([x, y], from, ring[(k + 1) % ring.length] as Place) <= reach,
  );
}

/** From a place to the nearest of a straight line. */
export function distance([x, y]: Place, [x0, y0]: Place, [x1, y1]: Place): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

/**
 * Move a region as far as it stays in the picture; a mask by whole pixels. The same region where that
 * is nowhere.
 */
export function moved(region: Region, dx: number, dy: number, size: Size): Region {
  const [left, upper, right, lower] = boundsOf(region);
  // What reaches out of the picture already may stay there, and come in.
  const kept = (by: number, from: number, to: number, end: number) =>
    Math.max(Math.min(0, -from), Math.min(Math.max(0, end - to), by));
  let x = kept(dx, left, right, size[1]);
  let y = kept(dy, upper, lower, size[0]);
  if (region.type === "mask") [x, y] = [Math.round(x), Math.round(y)];
  if (x === 0 && y === 0) return region;
  switch (region.type) {
    case "mask":
      return regionOf(shifted(gridOf(region, region.size), x, y)) ?? region;
    case "polygon":
      return {
        ...region,
        rings: region.rings.map((ring) =>
          ring.map(([px, py]): Place => [rounded(px + x), rounded(py + y)]),
        ),
      };
    default:
      return { ...region, x: rounded(region.x + x), y: rounded(region.y + y) };
  }
}

/** The region a little beside itself, where a copy of it is seen. */
export function besides(region: Region, size: Size): Region {
  const by = Math.max(2, Math.round(0.03 * Math.min(...size)));
  const ways = [
    [1, 1],
    [-1, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ] as const;
  for (const [x, y] of ways) {
    const copy = moved(region, x * by, y * by, size);
    if (copy !== region) return copy;
  }
  return region;
}

/** To a hundredth of a pixel: what a pointer can mean, and short to write. */
export function rounded(at: number): number {
  return Math.round(at * 100) / 100;
}
