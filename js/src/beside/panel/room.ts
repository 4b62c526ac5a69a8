/** Where a menu opens: what shows the panel, a notebook's output say, cuts off what goes beyond it. */

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
export function roomFor(row: Span, within: Span): { up: boolean; most: number } {
  const [below, above] = [within.bottom - row.bottom - GAP, row.top - within.top - GAP];
  const up = below < ENOUGH && above > below;
  return { up, most: Math.max(LEAST, Math.min(MOST, up ? above : below)) };
}

/** What can be seen of an element's surroundings without scrolling any of them. */
export function visibleAround(element: Element): Span {
  const span = { top: 0, bottom: innerHeight };
  for (let each: Element | null = element; each; each = each.parentElement) {
    if (getComputedStyle(each).overflowY === "visible") continue;
    const { top, bottom } = each.getBoundingClientRect();
    span.top = Math.max(span.top, top);
    span.bottom = Math.min(span.bottom, bottom);
  }
  return span;
}
