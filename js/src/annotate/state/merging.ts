/** What comes of two versions of a finding, and of one's own judgment among others. */
import type { ReviewRecord } from "../../kernel/contract";
import { type Entry, lastPut } from "./entries";
import type { Reviewed } from "./outbox";
import { type Finding, same } from "./record";

/** The newer of two versions; of the same one that which is told whole. */
export function newer(one: Finding | null, other: Finding): Finding {
  if (!one || one.version < other.version) return other;
  const withheld = other.withheld && !one.withheld;
  return one.version > other.version || withheld ? one : other;
}

/** What a store has of a finding that is shown: a region that says the same stays the same object. */
function inPlaceOf(record: Finding | null, kept: Finding): Finding {
  return record && same(record, kept, "region") ? { ...kept, region: record.region } : kept;
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
  const { version, seen } = kept;
  let { effect } = shown;
  // What was measured of the same region holds, where the store's answer came without it.
  if (record?.region === shown.region) effect ??= record.effect;
  else if (record) Object.assign(entry, { shape: version, measured: false });
  entry.record = { ...shown, ...{ version, seen, effect } };
  if (!pending) entry.shape = Math.min(entry.shape, version);
}
