/** What comes of two versions of a finding, and of one's own judgment among others. */
import type { ReviewRecord } from "../../kernel/contract";
import { type Entry, lastPut } from "./entries";
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

/** What a store has is shown, unless something here waits to replace it. */
export function show(entry: Entry): void {
  const { kept, record } = entry;
  if (!kept) return;
  const pending = lastPut(entry);
  const shown = pending ? (record ?? pending.finding) : inPlaceOf(record, kept);
  // What was measured of the same region holds, where the store's answer came without it.
  const holds = !pending && kept.version >= entry.shape && record?.region === shown.region;
  const effect = pending ? shown.effect : (kept.effect ?? (holds ? record.effect : null));
  entry.record = { ...shown, ...{ version: kept.version, seen: kept.seen, effect } };
  if (!pending) entry.shape = Math.min(entry.shape, kept.version);
}
