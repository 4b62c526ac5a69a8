/** What a region can be taken by, purely: corners, sides, points, its middle; and what then becomes of it. */
import type { Place, Ring, Size } from "./grid";
import { type Box, boundsOf, moved, type Polygon, type Region, rounded } from "./region";

export interface Handle {
  /** Stays the same while it is dragged: "nw", "0.3" (ring and point), "0.3+" (after it), "move". */
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly kind: "corner" | "side" | "vertex" | "midpoint" | "move";
  /** What it is, to be read aloud. */
  readonly name: string;
  /** The pointer's shape over it. */
  readonly cursor: string;
}

/** The corners and sides of a box: the share of its width and height at which each lies. */
const SIDES: Record<string, readonly [x: number, y: number, name: string, cursor: string]> = {
  nw: [0, 0, "upper left corner", "nwse-resize"],
  n: [0.5, 0, "upper side", "ns-resize"],
  ne: [1, 0, "upper right corner", "nesw-resize"],
  e: [1, 0.5, "right side", "ew-resize"],
  se: [1, 1, "lower right corner", "nwse-resize"],
  s: [0.5, 1, "lower side", "ns-resize"],
  sw: [0, 1, "lower left corner", "nesw-resize"],
  w: [0, 0.5, "left side", "ew-resize"],
};

/**
 * The handles of a region. Of those that would lie closer together than `apart`, in image pixels, the
 * first is given: a line of 6,000 points shows the rest when it is enlarged.
 */
export function handlesOf(region: Region, apart = 0): Handle[] {
  const [left, upper, right, lower] = boundsOf(region);
  const middle: Handle = {
    ...{ key: "move", kind: "move", name: "whole region", cursor: "move" },
    ...{ x: (left + right) / 2, y: (upper + lower) / 2 },
  };
  if (region.type === "box") {
    const made = Object.entries(SIDES).map(([key, [x, y, name, cursor]]): Handle => {
      const kind = x === 0.5 || y === 0.5 ? "side" : "corner";
      const place = { x: left + x * (right - left), y: upper + y * (lower - upper) };
      return { key, kind, name, cursor, ...place };
    });

    const roomy = made.filter(({ kind, key }) => {
      const along = key === "n" || key === "s" ? right - left : lower - upper;
      return kind === "corner" || along >= 2 * apart;
    });
    return right - left < 2 * apart && lower - upper < 2 * apart ? roomy : [...roomy, middle];
  }
  if (region.type === "polygon") return [...pointsOf(region, apart), middle];
  return [middle];
}

function pointsOf({ rings }: Polygon, apart: number): Handle[] {
  const taken = new Set<string>();
  const made: Handle[] = [];
  // Cells of a grid stand for the distances: 6,000 points must not be compared with each other.
  const free = (x: number, y: number) => {
    if (apart <= 0) return true;
    const [i, j] = [Math.floor(x / apart), Math.floor(y / apart)];
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) if (taken.has(`${i + dx},${j + dy}`)) return false;
    }
    taken.add(`${i},${j}`);
    return true;
  };
  for (const [r, ring] of rings.entries()) {
    for (const [k, [x, y]] of ring.entries()) {
      if (!free(x, y)) continue;
      const name = `point ${k + 1} of ${ring.length}`;
      made.push({ key: `${r}.${k}`, kind: "vertex", name, cursor: "grab", x, y });
    }
  }
  for (const [r, ring] of rings.entries()) {
    for (const [k, [x0, y0]] of ring.entries()) {
      const [x1, y1] = ring[(k + 1) % ring.length] as Place;
      const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
      if (!free(x, y)) continue;
      const name = `new point after point ${k + 1}`;
      made.push({ key: `${r}.${k}+`, kind: "midpoint", name, cursor: "copy", x, y });
    }
  }
  return made;
}

/**
 * The region with a handle at another place. Only what the handle moves is moved, and only that is kept
 * in the picture. The same region where that would leave nothing of it.
 */
export function reshaped(region: Region, handle: Handle, to: Place, size: Size): Region {
  if (handle.kind === "move") return moved(region, to[0] - handle.x, to[1] - handle.y, size);
  const [x, y] = [within(to[0], handle.x, size[1]), within(to[1], handle.y, size[0])];
  if (region.type === "box") return stretched(region, handle, [x, y]);
  if (region.type !== "polygon") return region;
  const [r, k] = indices(handle);
  const added = handle.kind === "midpoint";
  const rings = region.rings.map((ring, n) =>
    n === r ? ring.toSpliced(added ? k + 1 : k, added ? 0 : 1, [x, y]) : ring,
  );
  return { ...region, rings };
}

/** In the picture, unless it has been out of it before. */
function within(to: number, from: number, end: number): number {
  return rounded(Math.min(Math.max(end, from), Math.max(Math.min(0, from), to)));
}

function stretched(box: Box, { key }: Handle, to: Place): Box {
  let [left, upper, right, lower] = boundsOf(box);
  if (key.includes("w")) left = to[0];
  if (key.includes("e")) right = to[0];
  if (key.includes("n")) upper = to[1];
  if (key.includes("s")) lower = to[1];
  // Dragged over the other side: what was left is right now.
  [left, right] = left < right ? [left, right] : [right, left];
  [upper, lower] = upper < lower ? [upper, lower] : [lower, upper];
  const along = (from: number, to: number, was: number, length: number) =>
    from === was && to === was + length ? length : rounded(to - from);
  const width = along(left, right, box.x, box.width);
  const height = along(upper, lower, box.y, box.height);
  if (width === 0 || height === 0) return box;
  const x = left === box.x ? left : rounded(left);
  const y = upper === box.y ? upper : rounded(upper);
  return { type: "box", x, y, width, height };
}

/** The polygon without a point; null where it would have too few. */
export function without(region: Region, handle: Handle): Region | null {
  if (region.type !== "polygon" || handle.kind !== "vertex") return null;
  const [r, k] = indices(handle);
  const ring = region.rings[r] as Ring;
  const rings = region.rings.map((each) => (each === ring ? ring.toSpliced(k, 1) : each));
  const left = ring.length > 3 ? rings : region.rings.filter((each) => each !== ring);
  return left.length > 0 ? { ...region, rings: left } : null;
}

/** The key of a handle once it was dragged: a midpoint has become a point. */
export function keyAfter({ key, kind }: Handle): string {
  if (kind !== "midpoint") return key;
  const [r, k] = indices({ key });
  return `${r}.${k + 1}`;
}

function indices({ key }: Pick<Handle, "key">): [ring: number, point: number] {
  const [ring, point] = key.replace("+", "").split(".").map(Number);
  return [ring as number, point as number];
}
