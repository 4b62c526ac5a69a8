/** Numbers that a person types, held against the ends of their setting. */

interface Range {
  label: string;
  whole: boolean;
  least: number;
  most: number;
}

const SHOWN = 20;

/** The number; or why it is none that the setting takes, in words; null where nothing was typed. */
export function typed(text: string, { label, whole, least, most }: Range): number | string | null {
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return null;
  const number = whole ? Math.round(Number(trimmed)) : Number(trimmed);
  if (number >= least && number <= most) return number;
  return `${label} must be a number from ${least} to ${most}, got ${trimmed.slice(0, SHOWN)}.`;
}
