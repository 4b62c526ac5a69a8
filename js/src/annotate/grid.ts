/** Masks as grids of whole pixels, purely: what belongs to a region, joined, cut, moved and drawn. */

/** Height and width of a picture, in pixels. */
export type Size = readonly [height: number, width: number];

/** 1 where a pixel belongs to it, row by row. Values are never changed once they are made. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

export type Place = readonly [x: number, y: number];
/** Points of a closed line; the last is joined to the first. */
export type Ring = readonly Place[];

/** Left, upper, right and lower end, in continuous pixels. */
export type Bounds = readonly [left: number, upper: number, right: number, lower: number];

export function emptyGrid([height, width]: Size): Grid {
  return { height, width, data: new Uint8Array(height * width) };
}

/** Number of pixels. */
export function countOf({ data }: Grid): number {
  let count = 0;
  for (const value of data) count += value;
  return count;
}

/** The first with a value wherever the second is. */
function together(a: Grid, b: Grid, value: 0 | 1): Grid {
  if (a.height !== b.height || a.width !== b.width) {
    throw new Error(
      `masks of ${a.height}×${a.width} and ${b.height}×${b.width} pixels do not fit together`,
    );
  }
  const data = a.data.slice();
  // A plain loop: a closure for each pixel would cost a stroke on a large picture its frame rate.
  for (let i = 0; i < data.length; i++) {
    if (b.data[i]) data[i] = value;
  }
  return { ...a, data };
}

export const union = (a: Grid, b: Grid): Grid => together(a, b, 1);
export const subtract = (a: Grid, b: Grid): Grid => together(a, b, 0);

/** Move by whole pixels; what leaves the picture is gone. */
export function shifted(grid: Grid, dx: number, dy: number): Grid {
  const { height, width } = grid;
  const data = new Uint8Array(height * width);
  const [from, to] = [Math.max(0, -dx), Math.min(width, width - dx)];
  for (let y = Math.max(0, -dy); y < Math.min(height, height - dy) && from < to; y++) {
    data.set(grid.data.subarray(y * width + from, y * width + to), (y + dy) * width + from + dx);
  }
  return { height, width, data };
}

/** Ends of what belongs to it; null if nothing does. */
export function gridBounds({ height, width, data }: Grid): Bounds | null {
  let [left, upper, right, lower] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!data[i]) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < upper) upper = y;
      lower = y + 1;
    }
  }
  return right > left ? [left, upper, right, lower] : null;
}

/**
 * Add the pixels whose middle a round brush passes over, or that the line's second end lies in; or,
 * with `value` 0, take them away.
 */
export function stroked(
  ...[grid, from, to, radius, value = 1]: [Grid, Place, Place, number, (0 | 1)?]
): Grid {
  const { height, width } = grid;
  const data = grid.data.slice();
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = dx * dx + dy * dy;
  const range = (a: number, b: number, end: number): [number, number] => [
    Math.max(0, Math.floor(Math.min(a, b) - radius)),
    Math.min(end - 1, Math.ceil(Math.max(a, b) + radius)),
  ];
  const [x0, x1] = range(from[0], to[0], width);
  const [y0, y1] = range(from[1], to[1], height);
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const [px, py] = [x + 0.5 - from[0], y + 0.5 - from[1]];
      const t = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      const [ex, ey] = [px - t * dx, py - t * dy];
      if (ex * ex + ey * ey <= radius * radius) data[y * width + x] = value;
    }
  }
  const [x, y] = [Math.floor(to[0]), Math.floor(to[1])];
  if (x >= 0 && x < width && y >= 0 && y < height) data[y * width + x] = value;
  return { height, width, data };
}

// Directions of an edge, clockwise; what belongs to the mask lies on its right.
const [EAST, SOUTH, WEST, NORTH] = [0, 1, 2, 3];
const STEP = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/**
 * The lines around a mask, from pixel corner to pixel corner: filled by the even-odd rule they give
 * the mask again, holes and all. Pixels that touch only at a corner have lines of their own.
 */
export function outline(grid: Grid): Ring[] {
  const box = gridBounds(grid);
  if (!box) return [];
  const [left, upper, right, lower] = box;
  const { width, height, data } = grid;
  const across = right - left + 1;
  // Edges that begin at each corner, a bit for each direction.
  const edges = new Uint8Array(across * (lower - upper + 1));
  const at = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height ? (data[y * width + x] as number) : 0;
  const corner = (x: number, y: number) => (y - upper) * across + x - left;
  const begin = (x: number, y: number, way: number) => {
    const i = corner(x, y);
    edges[i] = (edges[i] as number) | (1 << way);
  };
  for (let y = upper; y < lower; y++) {
    for (let x = left; x < right; x++) {
      if (!data[y * width + x]) continue;
      if (!at(x, y - 1)) begin(x, y, EAST);
      if (!at(x + 1, y)) begin(x + 1, y, SOUTH);
      if (!at(x, y + 1)) begin(x + 1, y + 1, WEST);
      if (!at(x - 1, y)) begin(x, y + 1, NORTH);
    }
  }
  const rings: Ring[] = [];
  for (let first = 0; first < edges.length; first++) {
    // A ring begins at an upper left corner, where two of its edges meet.
    while ((edges[first] as number) & ((1 << EAST) | (1 << SOUTH))) {
      rings.push(follow(first));
    }
  }
  return rings;

  function follow(first: number): Ring {
    const ring: Place[] = [];
    let i = first;
    let way = (edges[i] as number) & (1 << EAST) ? EAST : SOUTH;
    let last = -1;
    do {
      if (way !== last) ring.push([left + (i % across), upper + Math.floor(i / across)]);
      edges[i] = (edges[i] as number) & ~(1 << way);
      last = way;
      const [dx, dy] = STEP[way] as readonly [number, number];
      i += dx + dy * across;
      // Where two pixels touch at a corner, turn to the right: stay with the same one.
      const on = edges[i] as number;
      way = [1, 0, 3].map((turn) => (last + turn) & 3).find((next) => on & (1 << next)) ?? -1;
    } while (way >= 0 && i !== first);
    return ring;
  }
}
