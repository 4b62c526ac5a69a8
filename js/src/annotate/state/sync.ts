/** What leads findings to the kernel and back. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ReviewRecord } from "../../kernel/contract";
import type { LinkState } from "../../kernel/link";
import type { Store } from "../../state/store";
import { createArrivals } from "./arrivals";
import type { Entries, Entry } from "./entries";
import { withOwn } from "./merging";
import type { Outbox } from "./outbox";
import { createQueue, type Judgment, type Queue } from "./queue";
import type { Finding } from "./record";
import { createRestoring } from "./restoring";
import { createSending } from "./sending";
import type { Setup } from "./setup";

/** Why nothing is sent, by what is known of the kernel. */
const WHY: Partial<Record<LinkState, string>> = {
  silent: "the kernel does not answer",
  busy: "the kernel is busy with a cell",
  lost: "the connection to the kernel is lost",
  gone: "the kernel was shut down",
  replaced: "the kernel was restarted: run the cell again",
  stranger: "the kernel does not know this panel: run the cell again",
};

export interface Sync extends Pick<Queue, "put" | "forget" | "yield"> {
  /** Why nothing can be sent now, in words; "" where it can, or will be at once. */
  cut: ReadonlySignal<string>;
  reviews: ReadonlySignal<readonly ReviewRecord[]>;
  review(entry: Entry, judged: Judgment): void;
}

/** @param read reads a finding that the browser kept; it throws where it is none */
export function createSync(
  store: Store,
  setup: Setup,
  entries: Entries,
  outbox: Outbox,
  read = (finding: unknown) => finding as Finding,
): Sync {
  const { wire, portable } = store;
  const { link } = wire;
  const reviews = signal<readonly ReviewRecord[]>([]);
  const live = computed(() => link.state.value === "live" && setup.ready.value);
  const canSend = () => !portable.peek() && live.peek();

  const queue = createQueue(store, entries, outbox, () => sending.flush());
  const sending = createSending(store, entries, queue, reviews, canSend);
  const arrivals = createArrivals(store, setup, entries, queue, reviews, sending, canSend);
  const unrestore = createRestoring(store, setup, entries, outbox, queue, reviews, read, {
    restored: sending.flush,
    withdrew: () => canSend() && arrivals.listLater(0),
  });
  const unlive = effect(() => {
    if (portable.value || live.value) arrivals.refresh();
  });
  wire.atEnd(() => {
    sending.end();
    arrivals.end();
    unrestore();
    unlive();
  });

  const { put, forget } = queue;
  return {
    ...{ put, forget, yield: queue.yield, reviews },
    cut: computed(() => (portable.value ? "" : (WHY[link.state.value] ?? ""))),
    review(entry, judged) {
      const act = queue.review(entry, judged);
      reviews.value = withOwn(reviews.peek(), act, setup.author.peek());
    },
  };
}
