import type { Sign } from "../catalog/trust";

/** Shapes that differ without their color, on 16 by 16. */
const SIGNS: Record<Sign, string> = {
  holds: "M8 1.5a6.5 6.5 0 1 0 .01 0ZM4.8 8.2l2.3 2.3 4.2-4.8",
  doubtful: "M8 1.6 15.2 14.4H.8ZM8 6v4.2M8 12.2v.2",
  none: "M8 1.5a6.5 6.5 0 1 0 .01 0ZM3.4 12.6 12.6 3.4",
  unjudged: "M8 1.5a6.5 6.5 0 1 0 .01 0ZM5.2 8h5.6",
  open: "M8 1.5a6.5 6.5 0 1 0 .01 0ZM4.9 8h.2M7.9 8h.2M10.9 8h.2",
};

export function SignOf({ sign }: { sign: Sign }) {
  return (
    <svg class="xw-sign" data-sign={sign} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SIGNS[sign]} />
    </svg>
  );
}
