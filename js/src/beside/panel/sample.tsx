import { strokeOf } from "./ranking";

/** What draws a pane's line, everywhere the same: see panes.css. */
export function strokes(line: number) {
  const { color, dash } = strokeOf(line);
  return { class: "xw-line-of", "data-color": color, "data-dash": dash };
}

/** A piece of a pane's line, as the charts draw it. */
export function Sample({ line }: { line: number }) {
  return (
    <svg class="xw-sample" viewBox="0 0 20 10" aria-hidden="true">
      <path {...strokes(line)} d="M1 5H19" />
    </svg>
  );
}
