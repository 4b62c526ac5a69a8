/** What comes from the kernel unasked, and the list of all findings, asked for: others change them, too. */
import { batch, type Signal } from "@preact/signals";
import type { Push, ReviewRecord } from "../../kernel/contract";
import type { Store } from "../../state/store";
import { type Entries, judges, lastPut } from "./entries";
import { newer, show } from "./merging";
import type { Queue } from "./queue";
import { type Finding, same } from "./record";
import { PATIENCE, type Sending } from "./sending";
import type { Setup } from "./setup";

export interface Arrivals {
  /** Ask for the list of all findings. */
  refresh(): void;
  /** The same after so many ms. */
  listLater(wait: number): void;
  /** Nothing is asked for any more. */
  end(): void;
}

export function createArrivals(
  store: Store,
  setup: Setup,
  entries: Entries,
  queue: Queue,
  reviews: Signal<readonly ReviewRecord[]>,
  sending: Sending,
  canSend: () => boolean,
): Arrivals {
  const { wire, portable } = store;
  const { link, ended } = wire;
  let listAgain: ReturnType<typeof setTimeout> | undefined;

  /** A finding came that a store has. */
  function take(finding: Finding): void {
    const entry = entries.of(finding.id);
    if (entry.kept && entry.kept.version > finding.version) return;
    const own = lastPut(entry);
    // An exported page that is newer than what was done in an older copy of it.
    const older = own && finding.version > own.base && finding.changed >= own.finding.changed;
    if (portable.peek() && older) queue.forget(entry);
    if (!lastPut(entry)) entry.durable = setup.store.peek() !== "";
    entry.kept = newer(entry.kept, finding);
    show(entry);
  }
  /**
   * @param known ids of those that were there when it was asked for: it may be older than what came since
   * @param second whether it was asked a second time since it had none
   */
  function listed(
    found: readonly Finding[],
    judged: readonly ReviewRecord[],
    known: ReadonlySet<string>,
    second: boolean,
  ): void {
    const ids = new Set(found.map(({ id }) => id));
    for (const each of found) take(each);
    const gone = there().filter(({ id, queue }) => {
      return queue.length === 0 && known.has(id) && !ids.has(id);
    });
    // None at all is what a host says, too, that has lost them for a moment: a store is asked twice.
    const empty = found.length === 0 && setup.store.peek() !== "";
    if (found.length > 0 || (empty && second)) {
      for (const entry of gone) {
        if (entry.record) entry.record = { ...entry.record, deleted: true };
      }
    } else if (empty && gone.length > 0) listLater(PATIENCE.first, true);
    const waits = new Set([...queue.waiting].filter(judges).map(({ id }) => id));
    const own = reviews.peek().filter(({ finding }) => waits.has(finding));
    reviews.value = [...judged.filter(({ finding }) => !waits.has(finding)), ...own];
    entries.came();
  }
  function measured({ id, version, effect: found, reason }: MeasuredPush): void {
    const entry = entries.get(id);
    if (!entry?.record || version < entry.shape) return;
    const { record, kept } = entry;
    if (kept && version >= kept.version) entry.kept = { ...kept, effect: found };
    // Of another's region, over which one's own is shown that waits to be kept.
    if (kept?.version === version && !same(record, kept, "region")) return;
    Object.assign(entry, { measured: true, unmeasured: reason });
    entry.record = { ...record, effect: found };
    entries.came();
  }
  /** What a store has, and is not deleted. */
  function there() {
    return [...entries.all()].filter(({ kept, record }) => kept && record && !record.deleted);
  }
  function refresh(second = false): void {
    const known = new Set(there().map(({ id }) => id));
    void link.ask({ type: "findings" }, (reply) => {
      if (reply.type === "findings") {
        batch(() => listed(reply.findings, reply.reviews, known, second));
      } else if (reply.type === "failed" && !reply.final && canSend()) listLater(sending.wait());
      sending.wake();
      return false;
    });
  }
  function listLater(wait: number, second = false): void {
    clearTimeout(listAgain);
    if (!ended.aborted) listAgain = setTimeout(() => canSend() && refresh(second), wait);
  }
  wire.on("finding", ({ finding }) =>
    batch(() => {
      take(finding);
      entries.came();
    }),
  );
  wire.on("judged", sending.judged);
  wire.on("effect", measured);
  return { refresh, listLater, end: () => clearTimeout(listAgain) };
}

type MeasuredPush = Extract<Push, { type: "effect" }>;
