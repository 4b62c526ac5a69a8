/**
 * Texts that came from elsewhere, as they can stand beside others: without characters that nobody sees
 * or that turn around what stands beside them. xwidget/support/texts.py leaves out the same.
 */

/** Controls but tab and line breaks, marks of direction that reach past a text, halves of pairs. */
const UNSEEN = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069\p{Cs}]/gu;
const INSTEAD = "\ufffd";
/** What is written from right to left. */
const TURNED =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A text in an element of its own. */
export function shown(text: string): string {
  return text.replace(UNSEEN, INSTEAD);
}

/** A text amid others in one line: of another direction, it turns itself around and nothing else. */
export function isolated(text: string): string {
  const own = shown(text);
  return TURNED.test(own) ? `\u2068${own}\u2069` : own;
}
