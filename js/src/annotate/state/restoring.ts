/** What earlier pages left, once it is known whose it is, and what other tabs do meanwhile. */
import { batch, effect, type Signal } from "@preact/signals";
import type { ReviewRecord } from "../../kernel/contract";
import type { LinkState } from "../../kernel/link";
import type { Store } from "../../state/store";
import { type Entries, isPut, lastPut } from "./entries";
import { newer, withOwn } from "./merging";
import type { Act, Outbox } from "./outbox";
import type { Queue } from "./queue";
import type { Finding } from "./record";
import type { Setup } from "./setup";

/** Where the page has nobody to send to, and perhaps never will: another may. */
const GIVEN_UP: LinkState[] = ["silent", "gone", "replaced", "stranger"];

export interface Hearing {
  /** Acts of another page wait here now. */
  restored(): void;
  /** An act waits here no more: another tab has had it done, or taken it back. */
  withdrew(): void;
}

/**
 * @param read reads a finding that the browser kept; it throws where it is none
 * @returns ends it
 */
export function createRestoring(
  store: Store,
  setup: Setup,
  entries: Entries,
  outbox: Outbox,
  queue: Queue,
  reviews: Signal<readonly ReviewRecord[]>,
  read: (finding: unknown) => Finding,
  { restored, withdrew }: Hearing,
): () => void {
  const { portable } = store;
  const { link } = store.wire;

  /** An act as it may be, whoever wrote it; null for none. */
  function readAct(act: Act): Act | null {
    try {
      return isPut(act) ? { ...act, finding: read(act.finding) } : act;
    } catch {
      return null;
    }
  }
  function restore(acts: readonly Act[]): void {
    for (const kept of acts) {
      const act = readAct(kept);
      if (!act) continue;
      const entry = entries.of(act.id);
      if (entry.queue.some((each) => each.act === act.act)) continue;
      // Acts of an exported page are never sent: of each finding the newest stands for all.
      const older = portable.peek() ? entry.queue.filter(({ type }) => type === act.type) : [];
      queue.again(entry, act, older);
      if (!portable.peek()) entry.sent.add(act.act);
      if (isPut(act))
        entry.record = { ...act.finding, effect: entry.kept?.effect ?? act.finding.effect };
      else reviews.value = withOwn(reviews.peek(), act, setup.author.peek());
    }
    entries.changed();
    restored();
  }
  /**
   * Another tab has had it done, as the browser kept it last. Taken back it can be by that which made it,
   * and on an exported page by any.
   */
  function withdrawn(act: Act): void {
    const entry = entries.get(act.id);
    const own = entry?.queue.find((each) => each.act === act.act);
    if (!entry || !own || entry.flying) return; // the kernel's answer says what became of it
    const isMade = own.page === undefined && !portable.peek();
    if (isMade && isPut(own) && isPut(act)) {
      const version = act.base + 1;
      entry.kept = newer(entry.kept, { ...own.finding, version });
      queue.rebase(entry, own.base + 1, version);
    }
    queue.drop(entry, own);
    if (!lastPut(entry)) {
      entry.durable = setup.store.peek() !== "";
      entry.record = entry.kept;
    }
    entries.changed();
    withdrew();
  }
  const unsends = effect(() => {
    const sends = portable.value || !GIVEN_UP.includes(link.state.value);
    outbox.sends(sends);
    if (!sends) queue.share();
  });
  let opened = false;
  const unopen = effect(() => {
    const scope = setup.scope.value;
    if (!setup.ready.value || scope === "" || opened) return;
    opened = true;
    const left = outbox.open(scope);
    // Each page sends its own acts. An exported one sends none: there, all are shown.
    if (portable.peek()) batch(() => restore(left));
    else outbox.takeOver(left, (acts) => batch(() => restore(acts)));
  });
  outbox.onOther(
    (act) => portable.peek() && batch(() => restore([act])),
    (act) => batch(() => withdrawn(act)),
  );
  return () => {
    unopen();
    unsends();
  };
}
