/**
 * Sends what waits to the kernel, and does what its answers say: acts of one finding go one after
 * another, and each is sent until it is confirmed or can never be done.
 */
import { batch, type Signal } from "@preact/signals";
import type { Message, ReviewRecord } from "../../kernel/contract";
import type { Reply } from "../../kernel/replies";
import type { Store } from "../../state/store";
import { type Entries, type Entry, isPut, judges, lastPut } from "./entries";
import { newer, show } from "./merging";
import type { Act, Put } from "./outbox";
import type { Queue } from "./queue";
import { type Finding, sameContent } from "./record";

/** Acts on their way at once. */
const WINDOW = 8;
/** How long to wait before trying again, in ms: at first, and at most. */
export const PATIENCE = { first: 1000, most: 30_000 };

export interface Sending {
  /** Send what can be sent now. */
  flush(): void;
  /** Send also what was to be tried again later. */
  wake(): void;
  /** How long to wait before the next try, in ms: ever longer, until something is kept. */
  wait(): number;
  /** A finding was reviewed, here or elsewhere: all that is told of it. */
  judged(told: Judged): void;
  /** Nothing is tried again. */
  end(): void;
}

export function createSending(
  store: Store,
  entries: Entries,
  queue: Queue,
  reviews: Signal<readonly ReviewRecord[]>,
  canSend: () => boolean,
): Sending {
  const { link, ended } = store.wire;
  let flying = 0;
  let patience = PATIENCE.first;
  let again: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    if (!canSend()) return;
    for (const entry of queue.waiting) {
      if (flying >= WINDOW) return;
      const act = entry.queue.find((each) => !entry.barred.has(each.act));
      const held = entry.flying || entry.resting || entry.theirs;
      if (act && !held) send(entry, act);
    }
  }
  function send(entry: Entry, act: Act): void {
    entry.flying = true;
    flying += 1;
    entry.sent.add(act.act);
    const done = (reply: Reply<"put" | "review">) => {
      entry.flying = false;
      flying -= 1;
      // It may have been dropped meanwhile, by a person.
      const current = entry.queue.includes(act);
      batch(() => {
        if (reply.type === "kept") keptAs(entry, act as Put, reply, current);
        else if (reply.type === "reviewed") {
          if (current) confirm(entry, act);
          judged(reply);
        } else if (reply.type === "failed" && current) refused(entry, act, reply);
        entries.came();
      });
      if (reply.type === "lost") later(entry);
      flush();
      return false; // the state of the finding says it
    };
    if (isPut(act)) {
      const { at, id, page, finding, ...fields } = act;
      const record = finding as unknown as Record<string, unknown>;
      void link.ask({ ...fields, finding: record }, done);
    } else {
      const { id, verdict, kind, reason, act: name } = act;
      void link.ask({ type: "review", finding: id, verdict, kind, reason, act: name }, done);
    }
  }
  function confirm(entry: Entry, act: Act): void {
    queue.drop(entry, act);
    if (!entry.queue.some((each) => entry.barred.has(each.act))) entry.trouble = "";
    patience = PATIENCE.first;
  }
  function keptAs(entry: Entry, act: Put, reply: KeptReply, current: boolean): void {
    const { finding, clash, durable, reason } = reply;
    entry.kept = newer(entry.kept, clash ?? finding);
    if (!current || clash) {
      if (current && clash) clashed(entry, clash);
      else show(entry);
      return;
    }
    Object.assign(entry, { durable, why: reason });
    // As a store counts, nothing moves.
    queue.rebase(entry, act.base + 1, finding.version);
    confirm(entry, act);
    show(entry);
  }
  /** Both are kept on the screen until a person has chosen, save where there is nothing to choose. */
  function clashed(entry: Entry, theirs: Finding): void {
    const mine = lastPut(entry)?.finding ?? theirs;
    entry.theirs = newer(entry.theirs, theirs);
    if (mine.deleted || sameContent(mine, theirs)) {
      if (!theirs.deleted && mine.deleted) {
        store.say("A finding that you deleted was changed by another meanwhile: it is back.");
      }
      queue.yield(entry, theirs);
    }
  }
  function judged({ finding, reviews: told }: Judged): void {
    const entry = entries.of(finding.id);
    entry.kept = newer(entry.kept, finding);
    show(entry);
    if (!judges(entry)) {
      const others = reviews.peek().filter((each) => each.finding !== finding.id);
      reviews.value = others.concat(told);
    } // else one's own is newer
    entries.came();
  }
  function refused(entry: Entry, act: Act, { message, final }: FailedReply): void {
    entry.trouble = message;
    if (!final) {
      later(entry);
      return;
    }
    entry.barred.add(act.act);
    // What came after it says all that it said.
    if (entry.queue.findLast(({ type }) => type === act.type) === act) return;
    if (isPut(act)) queue.rebase(entry, act.base + 1, act.base);
    confirm(entry, act);
  }
  function later(entry: Entry): void {
    if (ended.aborted) return;
    entry.resting = true;
    again ??= setTimeout(wake, wait());
  }
  function wake(): void {
    clearTimeout(again);
    again = undefined;
    for (const entry of queue.waiting) entry.resting = false;
    flush();
  }
  function wait(): number {
    const now = patience;
    patience = Math.min(PATIENCE.most, 2 * patience);
    return now;
  }
  return { ...{ flush, wake, wait, judged }, end: () => clearTimeout(again) };
}

type KeptReply = Extract<Message, { type: "kept" }>;
type Judged = Pick<Extract<Message, { type: "reviewed" }>, "finding" | "reviews">;
type FailedReply = Extract<Message, { type: "failed" }>;
