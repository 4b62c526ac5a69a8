/** What comes of two versions of a finding, and of one's own judgment among others. */
import type { ReviewRecord } from "../../kernel/contract";
import type { Reviewed } from "./outbox";
import type { Finding } from "./record";

/** The newer of two versions; of the same one that which is told whole. */
export function newer(one: Finding | null, other: Finding): Finding {
  if (!one || one.version < other.version) return other;
  const withheld = other.withheld && !one.withheld;
  return one.version > other.version || withheld ? one : other;
}

/** What a store has of a finding that is shown: a region that says the same stays the same object. */
export function inPlaceOf(record: Finding | null, kept: Finding): Finding {
  if (!record || record.region === kept.region) return kept;
  const same = JSON.stringify(record.region) === JSON.stringify(kept.region);
  return same ? { ...kept, region: record.region } : kept;
}

/** One's own judgment takes the place of one's earlier ones. */
export function withOwn(
  all: readonly ReviewRecord[],
  { act, id, at, verdict, kind, reason }: Reviewed,
  author: string,
): ReviewRecord[] {
  const others = all.filter((each) => each.finding !== id || each.author !== author);
  const created = new Date(at).toISOString();
  return [...others, { id: act, finding: id, author, verdict, kind, reason, created }];
}
