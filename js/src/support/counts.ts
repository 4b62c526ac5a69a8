/** The numbers of findings by verdict, drawn over a thumbnail and in words. */
import { create } from "./elements";
import { verdictStyle } from "./verdicts";

/** Number by verdict, "" for those without one. */
export type Counts = readonly (readonly [string, number])[];

/** A sign and a number for each verdict. */
export function drawCounts(element: HTMLElement, counts: Counts): void {
  element.hidden = counts.length === 0;
  if (element.dataset.counts === `${counts}`) return;
  element.dataset.counts = `${counts}`;
  element.replaceChildren(
    ...counts.map(([verdict, count]) => {
      const { color, sign } = verdictStyle(verdict);
      const part = create("span");
      part.style.color = color;
      part.textContent = `${sign}${count}`;
      return part;
    }),
  );
}

/** `["3 findings: 2 spurious, 1 core"]`; [] for none. */
export function countsInWords(counts: Counts): string[] {
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const each = counts.map(([verdict, count]) => `${count} ${verdict || "not judged yet"}`);
  return all ? [`${all} finding${all === 1 ? "" : "s"}: ${each.join(", ")}`] : [];
}
