/** How findings look, on the picture and in lists: by verdict, or by label. */
import { NONE, type Style, verdictStyle } from "../support/verdicts";

export type { Style };
export type ColorBy = "verdict" | "label";

/** Of labels, in the order in which they are first met. */
const COLORS = [
  "#56b4e9",
  "#f0a030",
  "#2fc797",
  "#f0e442",
  "#e58bc2",
  "#ff7f50",
  "#9db4ff",
  "#c8c8c8",
];

export function styleOf(finding: { verdict: string; label: string }, by: ColorBy): Style {
  const judged = verdictStyle(finding.verdict);
  return by === "verdict" ? judged : { ...judged, color: colorOf(finding.label) };
}

/** The color of a label: the same wherever it is met. */
export function colorOf(label: string): string {
  if (label === "") return NONE.color;
  let hash = 0;
  for (const sign of label) hash = (Math.imul(hash, 31) + (sign.codePointAt(0) as number)) >>> 0;
  return COLORS[hash % COLORS.length] as string;
}
