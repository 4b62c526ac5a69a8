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

/** The verdicts that there are, and how they look. */
const VERDICTS = {
  core: { color: "#56b4e9", dash: [], sign: "✓" },
  spurious: { color: "#f0a030", dash: [7, 4], sign: "✕" },
  unsure: { color: "#e58bc2", dash: [7, 3, 2, 3], sign: "?" },
} satisfies Record<string, Style>;

export type Verdict = keyof typeof VERDICTS;
export const JUDGED = Object.keys(VERDICTS) as Verdict[];

export function isVerdict(word: string): word is Verdict {
  return Object.hasOwn(VERDICTS, word);
}

export function verdictStyle(verdict: string): Style {
  return isVerdict(verdict) ? VERDICTS[verdict] : NONE;
}
