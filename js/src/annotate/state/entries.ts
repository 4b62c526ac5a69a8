/** All that is known of each finding: what is on the screen, what a store has, what waits between. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { onceAFrame } from "../../support/frames";
import type { Act, Put } from "./outbox";
import type { Finding } from "./record";

export interface Entry {
  id: string;
  /** As it is shown; null while only a judgment of it is known. */
  record: Finding | null;
  /** The newest version that a store is known to have. */
  kept: Finding | null;
  /** Acts that no store has confirmed, in their order; the first may be on its way. */
  queue: Act[];
  flying: boolean;
  /** Acts that were on their way at some time, here or from another page: a store may have them. */
  sent: Set<string>;
  /** Why an act could not be done, in words. */
  trouble: string;
  /** Acts that can never be done: they hold nothing up. */
  barred: Set<string>;
  /** It is tried again a little later. */
  resting: boolean;
  /** What another made of the version that was changed here. */
  theirs: Finding | null;
  /** Whether the store outlives the kernel, and why not. */
  durable: boolean;
  why: string;
  /** The first version with the region that it has now: what was measured before is of another. */
  shape: number;
  measured: boolean;
  /** Why it could not be, in words. */
  unmeasured: string;
  /** It came from a file, with what it was seen on. */
  imported: boolean;
}

export interface Entries {
  /** Read it where a signal should follow every change. */
  changes: ReadonlySignal<number>;
  get(id: string): Entry | undefined;
  /** The entry of a finding; made where there is none. */
  of(id: string): Entry;
  all(): Iterable<Entry>;
  /** Something was changed in an entry by a person, who sees it at once. */
  changed(): void;
  /** Something came that changes one: all that comes between two frames is seen at the next. */
  came(): void;
}

export function createEntries(ended?: AbortSignal): Entries {
  const entries = new Map<string, Entry>();
  const changes = signal(0);
  const changed = () => {
    changes.value = changes.peek() + 1;
  };
  return {
    changes,
    changed,
    came: onceAFrame(changed, ended),
    get: (id) => entries.get(id),
    of(id) {
      const entry = entries.get(id) ?? {
        ...{ id, record: null, kept: null, queue: [], flying: false, sent: new Set<string>() },
        ...{
          trouble: "",
          barred: new Set<string>(),
          resting: false,
          theirs: null,
          durable: true,
          why: "",
        },
        ...{ shape: 0, measured: false, unmeasured: "", imported: false },
      };
      entries.set(id, entry);
      return entry;
    },
    all: () => entries.values(),
  };
}

export const isPut = (act: Act): act is Put => act.type === "put";

/** Whether a judgment of it waits. */
export const judges = ({ queue }: Entry) => queue.some(({ type }) => type === "review");

/** The newest of what waits to be kept. */
export function lastPut({ queue }: Entry): Put | undefined {
  return queue.findLast(isPut);
}

/** The version that a change made now would be of. */
export function baseOf(entry: Entry): number {
  const last = lastPut(entry);
  return last ? last.base + 1 : (entry.kept?.version ?? 0);
}
