/** The lines of the findings list: each finding as it is told, and both sides of a clash. */
import type { FindingRecord } from "../../kernel/contract";
import { isolated } from "../../support/texts";
import type { Measured } from "./words";
import { change, extentOf, nameOf } from "./words";

export interface Line {
  /** Of the line. */
  key: string;
  /** Of the finding. */
  id: string;
  /** What a screen reader says. */
  name: string;
  /** Its label, or what there is in place of one. */
  label: string;
  labeled: boolean;
  verdict: string;
  /** "0.95 → 0.41", or why there is nothing of the kind. */
  effect: string;
  /** What it is, where that is not said by its label. */
  kind: string;
  /** Its verdict in words, and what else there is to know of it. */
  judged: string;
  more: readonly string[];
  /** A color in place of the verdict's. */
  color: string | undefined;
  hidden: boolean;
}

export interface Circumstances {
  effect: Measured;
  /** Another's, whose verdict is not told yet. */
  blind: boolean;
  /** Another's name, or "". */
  author: string;
  /** Whether what is said of another's finding is one's own review, and their own verdict or "". */
  reviewed: boolean;
  theirs: string;
  hidden: boolean;
  color: string | undefined;
  /** Why it is not kept where it should be; "" where it is. */
  unsaved: string;
  /** Which side of a clash it is. */
  side: "" | "mine" | "theirs";
}

/** @param finding as it is told */
export function lineOf(finding: FindingRecord, of: Circumstances): Line {
  const side = { "": "", mine: "yours, changed meanwhile", theirs: "theirs, changed meanwhile" }[
    of.side
  ];
  const judged = of.blind ? "not judged yet" : finding.verdict || "no verdict";
  const by = of.author && `by ${isolated(of.author)}${of.theirs && ` (${of.theirs})`}`;
  const more = [
    finding.label ? "" : extentOf(finding),
    by,
    of.reviewed ? "your review" : "",
    side,
    of.unsaved,
    of.hidden ? "hidden" : "",
  ].filter(Boolean);
  const label = nameOf(finding);
  const effect = measuredWords(of.effect);
  return {
    key: of.side === "theirs" ? `${finding.id}-theirs` : finding.id,
    id: finding.id,
    name: [label, judged, effect, ...more].join(", "),
    labeled: finding.label !== "",
    verdict: finding.verdict || "none",
    kind: finding.label ? isolated(finding.kind) : "",
    ...{ label, judged, effect, more, color: of.color, hidden: of.hidden },
  };
}

function measuredWords(effect: Measured): string {
  if (effect === "pending") return "measuring";
  if (effect === "withheld") return "effect withheld";
  return effect === null || effect === "untested" ? "not tested" : change(effect);
}
