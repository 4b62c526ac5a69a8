/** What a person may be told of a finding: another's verdict only once their own is given. */
import type { FindingRecord, ReviewRecord } from "../../kernel/contract";
import { isolated } from "../../support/texts";

type Finding = FindingRecord;

/** A person's own judgment of a finding, and what may be told of the others'. */
export interface Told {
  verdict: string;
  kind: string;
  reason: string;
  /** Whether it is another person's finding. */
  others: boolean;
  /** Whether what another said of it is not told yet. */
  blind: boolean;
}

/**
 * A kernel says itself what it withholds, an exported page, where nobody has a name, what is not part
 * of it; of what comes from a file nobody does.
 *
 * @param reviews of all findings, as far as they are known
 */
export function told(finding: Finding, me: string, reviews: readonly ReviewRecord[]): Told {
  const others = finding.author !== "" && finding.author !== me;
  if (!others) {
    const { verdict, kind, reason } = finding;
    return { verdict, kind, reason, others, blind: false };
  }
  const own = reviews.findLast((each) => each.finding === finding.id && each.author === me);
  const { verdict = "", kind = "", reason = "" } = own ?? {};
  const blind = finding.withheld ?? (me !== "" && verdict === "");
  return { verdict, kind, reason, others, blind };
}

/** The finding as a person may see it, so that nothing gives away a verdict that is not told yet. */
export function asTold(finding: Finding, me: string, reviews: readonly ReviewRecord[]): Finding {
  const { blind } = told(finding, me, reviews);
  return blind ? { ...finding, verdict: "", kind: "", reason: "", confidence: null } : finding;
}

/** The finding as it is listed and drawn: one's own review of another's stands in place of theirs. */
export function asJudged(finding: Finding, me: string, reviews: readonly ReviewRecord[]): Finding {
  const { others, verdict, kind, reason } = told(finding, me, reviews);
  const theirs = asTold(finding, me, reviews);
  if (!others || verdict === "") return theirs;
  return { ...theirs, verdict, kind: kind || theirs.kind, reason: reason || theirs.reason };
}

const judged = ({ verdict, kind }: { verdict: string; kind: string }) =>
  [verdict || "no verdict", isolated(kind)].filter(Boolean).join(", ");

/** Who marked it and what the others say, in a line. */
export function toldLine(finding: Finding, me: string, reviews: readonly ReviewRecord[]): string {
  const { others, blind, verdict } = told(finding, me, reviews);
  const name = isolated(finding.author);
  if (blind && me === "") return `${name} marked it: that verdict is not part of this page.`;
  if (blind) {
    const once = verdict ? "yours is kept" : "you have given yours";
    return `${name} marked it: that verdict is told once ${once}.`;
  }
  const by = reviews.filter((each) => each.finding === finding.id && each.author !== me);
  const newest = new Map(by.map((each) => [each.author, each]));
  const said = [...newest.values()].map((each) => `${isolated(each.author)}: ${judged(each)}`);
  if (others) {
    const why = finding.reason && ` – ${isolated(finding.reason)}`;
    said.unshift(`${name}: ${judged(finding)}${why}`);
  }
  return said.length > 0 ? said.join(" · ") : `Marked by ${others ? name : "you"}`;
}
