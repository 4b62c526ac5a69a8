/**
 * What a person did and no store has confirmed: the acts of each finding, in their order. Nothing is
 * dropped but by its confirmation, or by a person.
 */
import type { ReviewRecord } from "../../kernel/contract";
import type { Store } from "../../state/store";
import { baseOf, type Entries, type Entry, isPut } from "./entries";
import { newer, show } from "./merging";
import type { Act, Outbox, Put, Reviewed } from "./outbox";
import { type Finding, uuid } from "./record";

export type Judgment = Pick<ReviewRecord, "verdict" | "kind" | "reason">;

export interface Queue {
  /** Findings of which something waits. */
  readonly waiting: ReadonlySet<Entry>;
  /** Keep the finding of an entry as it is now. */
  put(entry: Entry): void;
  /** Keep a judgment of it; the act that does so. */
  review(entry: Entry, judged: Judgment): Reviewed;
  /** Drop what waits of a finding. */
  forget(entry: Entry): void;
  /** The finding as another left it takes the place of what was made here. */
  yield(entry: Entry, theirs: Finding): void;
  /** An act of an earlier page waits again, in place of others. */
  again(entry: Entry, act: Act, inPlaceOf: readonly Act[]): void;
  /** An act waits no more. */
  drop(entry: Entry, act: Act): void;
  /** Others may send all that waits: nothing takes its place. */
  share(): void;
  /** What waits to change a version, and what builds on it, changes another one. */
  rebase(entry: Entry, from: number, to: number): void;
}

/** @param added something waits that did not */
export function createQueue(
  store: Store,
  entries: Entries,
  outbox: Outbox,
  added: () => void,
): Queue {
  const waiting = new Set<Entry>();
  let last = 0;

  function numbered(id: string) {
    last = Math.max(Date.now(), last + 1);
    return { act: uuid(), id, at: last };
  }
  function looked() {
    const drawn = store.drawn.peek();
    return { target: drawn?.target ?? store.target.peek(), iteration: drawn?.iteration ?? 0 };
  }
  /** What of a kind waits last, if no store can have it: another takes its place. */
  function replaceable<T extends Act>({ queue, sent, barred }: Entry, type: T["type"]): T | null {
    const last = queue.findLast((act) => act.type === type);
    const open = last && last === queue.at(-1) && !sent.has(last.act);
    return last && (open || barred.has(last.act)) ? (last as T) : null;
  }
  function enqueue(entry: Entry, act: Act): void {
    // Of what no store has only the end counts; it is dropped once that is kept.
    const replaced = replaceable(entry, act.type);
    entry.queue = [...entry.queue.filter((each) => each !== replaced), act];
    if (!outbox.keep(act)) entry.sent.add(act.act);
    if (replaced) outbox.drop(replaced);
    waiting.add(entry);
    added();
    entries.changed();
  }
  function put(entry: Entry): void {
    const finding = entry.record;
    if (!finding) return;
    const unsent = replaceable<Put>(entry, "put");
    const base = unsent ? unsent.base : baseOf(entry);
    // Made and deleted before anybody heard of it.
    if (finding.deleted && base === 0 && entry.queue.every((act) => act === unsent)) {
      forget(entry);
      return;
    }
    const imported = base === 0 && entry.imported ? { imported: true } : {};
    enqueue(entry, { ...numbered(entry.id), type: "put", finding, base, ...imported, ...looked() });
  }
  function forget(entry: Entry): void {
    for (const act of entry.queue) outbox.drop(act);
    Object.assign(entry, { queue: [], theirs: null, trouble: "", shape: 0 });
    waiting.delete(entry);
    entries.changed();
  }
  function yieldTo(entry: Entry, theirs: Finding): void {
    forget(entry);
    entry.kept = newer(theirs, entry.kept ?? theirs);
    show(entry);
    entries.changed();
  }
  function rebase(entry: Entry, from: number, to: number): void {
    let expected = from;
    for (const next of from === to ? [] : entry.queue.filter(isPut)) {
      if (next.base !== expected) continue;
      next.base += to - from;
      expected += 1;
      outbox.keep(next);
    }
  }
  return {
    ...{ waiting, put, forget, rebase, yield: yieldTo },
    review(entry, judged) {
      const act: Reviewed = { ...numbered(entry.id), type: "review", ...judged };
      enqueue(entry, act);
      return act;
    },
    again(entry, act, older) {
      for (const each of older) outbox.drop(each);
      entry.queue = [...entry.queue.filter((each) => !older.includes(each)), act];
      waiting.add(entry);
    },
    share() {
      for (const { queue, sent } of waiting) for (const { act } of queue) sent.add(act);
    },
    drop(entry, act) {
      outbox.drop(act);
      entry.queue = entry.queue.filter((each) => each !== act);
      if (entry.queue.length === 0) waiting.delete(entry);
    },
  };
}
