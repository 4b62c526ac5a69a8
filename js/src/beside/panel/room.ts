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
/** From the row of tools. */
const BETWEEN = 2;

/**
 * Below a row of tools, or above it where there is more room, and on the screen in any case; and how high
 * it may be. What opens upward grows no higher than it is: it stays where it is, and scrolls.
 *
 * @param height of the menu as it opens.
 */
export function roomFor(row: Span, screen: number, height: number): { top: number; most: number } {
  const [below, above] = [screen - row.bottom - GAP, row.top - GAP];
  const up = below < ENOUGH && above > below;
  const room = Math.max(LEAST, Math.min(MOST, up ? above : below));
  const most = up ? Math.min(room, height) : room;
  const top = up ? row.top - BETWEEN - most : row.bottom + BETWEEN;
  return { top: Math.max(0, Math.min(top, screen - most)), most };
}
