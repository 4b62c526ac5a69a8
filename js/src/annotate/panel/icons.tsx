/** The pictures on buttons: lines of one weight, in the color of the text. */
import type { ComponentChildren } from "preact";

const dot = (x: number, y: number) => <circle cx={x} cy={y} r="1.5" fill="currentColor" />;

const DRAWN: Record<string, ComponentChildren> = {
  annotate: <path d="M2.5 13.5l.8-3.2 7.6-7.6 2.4 2.4-7.6 7.6zM9.3 4.3l2.4 2.4" />,
  region: (
    <>
      <path d="M8.6 2.2c3-.4 5.2 1.6 5 4.3-.2 2-1.6 2.4-1.5 4.1.1 2-1.9 3.3-4.4 3-3-.2-5.3-1.9-5.2-4.8.1-2.3 2-2.4 2.8-4C6 3.3 6.8 2.4 8.6 2.2z" />
      {dot(8, 8)}
    </>
  ),
  box: <path d="M2.5 3.5h11v9h-11z" />,
  polygon: <path d="M2.5 6.2L8 2.5l5.5 3.7-2.3 7.3H4.8z" />,
  lasso: (
    <path d="M5 10.7C3.2 10 2 8.6 2 7c0-2.6 2.7-4.5 6-4.5s6 1.9 6 4.5-2.7 4.5-6 4.5c-1.2 0-2.2 1-1.2 2.2M5 10.7a1.3 1.3 0 1 0 2.2.9" />
  ),
  paint: (
    <path d="M13.7 2.3L7.5 8.5M6 9.2c-1.5 0-2 1.2-2.1 2.2-.1.9-.8 1.5-1.7 1.7 1 .8 5.8 1.1 5.6-2-.1-1.1-.8-1.9-1.8-1.9z" />
  ),
  point: (
    <>
      <path d="M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4" />
      {dot(8, 8)}
    </>
  ),
  duplicate: <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
  delete: <path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9M6.8 7v4M9.2 7v4" />,
  previous: <path d="M10 3.5L5.5 8l4.5 4.5" />,
  next: <path d="M6 3.5L10.5 8L6 12.5" />,
  shown: (
    <>
      <path d="M1.5 8c3.5-5.3 9.5-5.3 13 0-3.5 5.3-9.5 5.3-13 0z" />
      <circle cx="8" cy="8" r="2" />
    </>
  ),
  hidden: <path d="M1.5 7c3.5 4.7 9.5 4.7 13 0M4 9.3l-1.3 2M8 10.5v2.3M12 9.3l1.3 2" />,
  sort: <path d="M2.5 4h11M4.5 8h7M6.5 12h3" />,
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="xw-icon" viewBox="0 0 16 16" aria-hidden="true">
      {DRAWN[name]}
    </svg>
  );
}
