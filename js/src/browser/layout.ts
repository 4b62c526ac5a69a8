/** Where the cells of a wall are: in lines of a box that is as high as all of them. */

/** Size of a cell in CSS px, its margin included. */
export const CELL = { width: 114, height: 162 } as const;
/** A browser draws no box higher than some 16 million px: beyond this, lines move more than the bar. */
const HIGHEST = 8_000_000;

export interface Layout {
  count: number;
  columns: number;
  lines: number;
  /** Height of the box that is scrolled. */
  height: number;
}

export function layOut(count: number, width: number): Layout {
  const columns = Math.max(1, Math.floor(width / CELL.width));
  const lines = Math.ceil(count / columns);
  return { count, columns, lines, height: Math.min(HIGHEST, lines * CELL.height) };
}

export interface Window {
  /** Places of the first row that can be seen, even in part, and of the one after the last. */
  first: number;
  end: number;
  /** How far below its own place the first line lies in the box, in px: 0 unless the box is cut. */
  shift: number;
}

/** What can be seen of a box that is scrolled to `top` and seen through a window of this height. */
export function windowOf(layout: Layout, top: number, height: number): Window {
  const { count, columns, lines } = layout;
  const whole = lines * CELL.height;
  // Where it is cut, the ends of the bar are still those of the lines.
  const most = Math.max(1, layout.height - height);
  const at = whole > layout.height ? Math.min(1, top / most) * (whole - height) : top;
  const line = Math.max(0, Math.floor(at / CELL.height));
  const end = Math.min(lines, Math.ceil((at + height) / CELL.height));
  return {
    first: Math.min(count, line * columns),
    end: Math.min(count, end * columns),
    shift: top - at,
  };
}

/** Where to scroll so that the line of a place can be seen; where it can already, `top` itself. */
export function reveal(layout: Layout, place: number, top: number, height: number): number {
  const whole = layout.lines * CELL.height;
  const scale = whole > layout.height ? (layout.height - height) / (whole - height) : 1;
  const at = top / scale;
  const line = Math.floor(place / layout.columns) * CELL.height;
  if (line < at) return line * scale;
  if (line + CELL.height > at + height) return (line + CELL.height - height) * scale;
  return top;
}

/** The place that a key leads to; undefined where it is none of those that move. */
export function moved(key: string, at: number, layout: Layout, height: number): number | undefined {
  const page = Math.max(1, Math.floor(height / CELL.height)) * layout.columns;
  const by: Record<string, number> = {
    ...{ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -layout.columns, ArrowDown: layout.columns },
    ...{ PageUp: -page, PageDown: page, Home: -layout.count, End: layout.count },
  };
  const step = by[key];
  if (step === undefined) return undefined;
  const to = at + step;
  // A step up from the first line leads nowhere; a page, and the ends, to the end.
  if ((key === "ArrowUp" && to < 0) || (key === "ArrowDown" && to >= layout.count)) return at;
  return Math.max(0, Math.min(layout.count - 1, to));
}
