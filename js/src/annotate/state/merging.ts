/** What comes of two versions of a finding, and of one's own judgment among others. */
import type { ReviewRecord } from "../../kernel/contract";
import type { Reviewed } from "./outbox";
import type { Effect, Finding } from "./record";

/** The newer of two versions. */
export function newer(one: Finding | null, other: Finding): Finding {
  return one && one.version > other.version ? one : other;
}

/** The effect known of a finding, where the store's answer has none but is of the same region. */
export function ofSame(record: Finding | null, kept: Finding): Effect | null {
  if (!record?.effect) return null;
  return JSON.stringify(record.region) === JSON.stringify(kept.region) ? record.effect : null;
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
