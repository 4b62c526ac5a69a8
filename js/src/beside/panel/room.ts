/** Where a menu opens, on the screen: it lies over the whole page, and nothing there cuts it off. */

interface Span {
  top: number;
  bottom: number;
}

/** Of a menu that needs to be scrolled, in CSS px: the most that is worth while, and what is enough. */
const MOST = 440;
const ENOUGH = 300;
const LEAST = 80;
const GAP = 6;

/** Below a row of tools, or above it where there is more room; and how high it may be. */
export function roomFor(row: Span, screen: number): { up: boolean; most: number } {
  const [below, above] = [screen - row.bottom - GAP, row.top - GAP];
  const up = below < ENOUGH && above > below;
  return { up, most: Math.max(LEAST, Math.min(MOST, up ? above : below)) };
}
