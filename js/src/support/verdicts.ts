/**
 * How verdicts on findings look, on pictures, thumbnails and in lists. The colors are told apart by
 * color-blind readers too (Okabe and Ito, 2008), and none of them says anything that a sign or a dash
 * does not say as well.
 */

export interface Style {
  color: string;
  /** Lengths of dash and gap, in CSS px; [] for a whole line. */
  dash: readonly number[];
  sign: string;
}

/** Of a finding without a verdict. */
export const NONE: Style = { color: "#f5f5f5", dash: [3, 3], sign: "·" };

const VERDICTS: Record<string, Style> = {
  core: { color: "#56b4e9", dash: [], sign: "✓" },
  spurious: { color: "#f0a030", dash: [7, 4], sign: "✕" },
  unsure: { color: "#e58bc2", dash: [7, 3, 2, 3], sign: "?" },
};

export function verdictStyle(verdict: string): Style {
  return VERDICTS[verdict] ?? NONE;
}
