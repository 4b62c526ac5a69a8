/** The signs over a thumbnail for outcomes that need a second look; a path in a square of 16. */
export const MARKS: Record<string, string> = {
  doubtful: "M8 2.5l6 11H2zM8 6.5v3M8 11.3v.7",
  "no evidence": "M3.5 8h9",
  error: "M8 3.5v5.5M8 11.6v.9",
};

/** Put a sign into its round ground, or none. */
export function drawMark(element: HTMLElement, path: string | undefined): void {
  element.innerHTML = path ? `<svg viewBox="-3 -3 22 22"><path d="${path}"/></svg>` : "";
}
