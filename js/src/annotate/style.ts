/**
 * How findings look, on the picture and in lists. The colors are told apart by color-blind readers too
 * (Okabe and Ito, 2008), and none of them says anything that a sign or a dash does not say as well.
 */

export type ColorBy = "verdict" | "label";

export interface Style {
  color: string;
  /** Lengths of dash and gap, in CSS px; [] for a whole line. */
  dash: readonly number[];
  sign: string;
}

const NONE: Style = { color: "#f5f5f5", dash: [3, 3], sign: "·" };
const VERDICTS: Record<string, Style> = {
  core: { color: "#56b4e9", dash: [], sign: "✓" },
  spurious: { color: "#f0a030", dash: [7, 4], sign: "✕" },
  unsure: { color: "#e58bc2", dash: [7, 3, 2, 3], sign: "?" },
};
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
  const judged = VERDICTS[finding.verdict] ?? NONE;
  return by === "verdict" ? judged : { ...judged, color: colorOf(finding.label) };
}

/** The color of a label: the same wherever it is met. */
export function colorOf(label: string): string {
  if (label === "") return NONE.color;
  let hash = 0;
  for (const sign of label) hash = (Math.imul(hash, 31) + (sign.codePointAt(0) as number)) >>> 0;
  return COLORS[hash % COLORS.length] as string;
}
