/**
 * What leads findings to the kernel and back: each act is sent until it is confirmed, those of one
 * finding one after another; what others do comes in. Nothing that a person did is dropped but by its
 * confirmation, or by a person.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Message, Push, ReviewRecord } from "../../kernel/contract";
import type { LinkState } from "../../kernel/link";
import type { Reply } from "../../kernel/replies";
import type { Store } from "../../state/store";
import { baseOf, type Entries, type Entry, isPut, judges, lastPut } from "./entries";
import { inPlaceOf, newer, withOwn } from "./merging";
import type { Act, Outbox, Put, Reviewed } from "./outbox";
import { type Finding, sameContent, uuid } from "./record";
import type { Setup } from "./setup";

/** Acts on their way at once. */
const WINDOW = 8;
/** How long to wait before trying again, in ms: at first, and at most. */
const PATIENCE = { first: 1000, most: 30_000 };

/** Why nothing is sent, by what is known of the kernel. */
const WHY: Partial<Record<LinkState, string>> = {
  silent: "the kernel does not answer",
  busy: "the kernel is busy with a cell",
  lost: "the connection to the kernel is lost",
  gone: "the kernel was shut down",
  replaced: "the kernel was restarted: run the cell again",
  stranger: "the kernel does not know this panel: run the cell again",
};

/** Where the page has nobody to send to, and perhaps never will: another may. */
const GIVEN_UP: LinkState[] = ["silent", "gone", "replaced", "stranger"];

export interface Sync {
  /** Why nothing can be sent now, in words; "" where it can, or will be at once. */
  cut: ReadonlySignal<string>;
  /** Why what was sent last was not kept; "" where it was. */
  trouble: ReadonlySignal<string>;
  reviews: ReadonlySignal<readonly ReviewRecord[]>;
  /** Keep the finding of an entry as it is now. */
  put(entry: Entry): void;
  review(entry: Entry, judged: Pick<ReviewRecord, "verdict" | "kind" | "reason">): void;
  /** Drop what waits of a finding. */
  forget(entry: Entry): void;
  /** The finding as another left it takes the place of what was made here. */
  yield(entry: Entry, theirs: Finding): void;
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
  const { link, ended } = wire;
  const trouble = signal("");
  const reviews = signal<readonly ReviewRecord[]>([]);
  /** Findings of which something waits. */
  const waiting = new Set<Entry>();
  let flying = 0;
  let patience = PATIENCE.first;
  let again: ReturnType<typeof setTimeout> | undefined;
  let listAgain: ReturnType<typeof setTimeout> | undefined;
  let last = 0;

  const cut = computed(() => {
    if (portable.value) return "";
    return WHY[link.state.value] ?? "";
  });
  const live = computed(() => link.state.value === "live" && setup.ready.value);
  const canSend = () => !portable.peek() && live.peek();

  // What is done here.

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
    outbox.keep(act);
    if (replaced) outbox.drop(replaced);
    waiting.add(entry);
    flush();
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
    Object.assign(entry, { kept: newer(entry.kept, theirs), measured: false });
    entry.record = entry.kept;
    entries.changed();
  }

  // To the kernel.

  function flush(): void {
    if (!canSend()) return;
    for (const entry of waiting) {
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
        else if (reply.type === "reviewed") reviewed(entry, act, reply);
        else if (reply.type === "failed" && current) refused(entry, act, reply);
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
    outbox.drop(act);
    entry.queue = entry.queue.filter((each) => each !== act);
    if (!entry.queue.some((each) => entry.barred.has(each.act))) entry.trouble = "";
    trouble.value = "";
    patience = PATIENCE.first;
    if (entry.queue.length === 0) waiting.delete(entry);
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
    rebase(entry, act.base + 1, finding.version);
    confirm(entry, act);
    show(entry);
  }
  /** What waits to change a version, and what builds on it, changes another one. */
  function rebase(entry: Entry, from: number, to: number): void {
    let expected = from;
    for (const next of from === to ? [] : entry.queue.filter(isPut)) {
      if (next.base !== expected) continue;
      next.base += to - from;
      expected += 1;
      outbox.keep(next);
    }
  }
  /** Both are kept on the screen until a person has chosen, save where there is nothing to choose. */
  function clashed(entry: Entry, theirs: Finding): void {
    const mine = lastPut(entry)?.finding ?? theirs;
    entry.theirs = newer(entry.theirs, theirs);
    if (mine.deleted || sameContent(mine, theirs)) {
      if (!theirs.deleted && mine.deleted) {
        store.say("A finding that you deleted was changed by another meanwhile: it is back.");
      }
      yieldTo(entry, theirs);
    }
  }
  function reviewed(entry: Entry, act: Act, reply: ReviewedReply): void {
    if (entry.queue.includes(act)) confirm(entry, act);
    entry.kept = newer(entry.kept, reply.finding);
    show(entry);
    if (entry.queue.length > 0) return; // one's own is newer
    const others = reviews.peek().filter(({ finding }) => finding !== act.id);
    reviews.value = [...others, ...reply.reviews];
  }
  function refused(entry: Entry, act: Act, { message, final }: FailedReply): void {
    entry.trouble = trouble.value = message;
    if (!final) {
      later(entry);
      return;
    }
    entry.barred.add(act.act);
    // What came after it says all that it said.
    if (entry.queue.findLast(({ type }) => type === act.type) === act) return;
    if (isPut(act)) rebase(entry, act.base + 1, act.base);
    confirm(entry, act);
  }
  function later(entry: Entry): void {
    if (ended.aborted) return;
    entry.resting = true;
    again ??= setTimeout(wake, nextPatience());
  }
  function wake(): void {
    clearTimeout(again);
    again = undefined;
    for (const entry of waiting) entry.resting = false;
    flush();
  }
  function nextPatience(): number {
    const now = patience;
    patience = Math.min(PATIENCE.most, 2 * patience);
    return now;
  }

  // From the kernel.

  /** What a store has is shown, unless something here waits to replace it. */
  function show(entry: Entry): void {
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
  /** A finding came that a store has. */
  function take(finding: Finding): void {
    const entry = entries.of(finding.id);
    if (entry.kept && entry.kept.version > finding.version) return;
    const own = lastPut(entry);
    // An exported page that is newer than what was done in an older copy of it.
    const older = own && finding.version > own.base && finding.changed >= own.finding.changed;
    if (portable.peek() && older) forget(entry);
    if (!lastPut(entry)) entry.durable = setup.store.peek() !== "";
    entry.kept = newer(entry.kept, finding);
    show(entry);
  }
  /** @param second whether it was asked a second time since it had none */
  function listed(
    found: readonly Finding[],
    judged: readonly ReviewRecord[],
    second: boolean,
  ): void {
    const ids = new Set(found.map(({ id }) => id));
    for (const each of found) take(each);
    const gone = [...entries.all()].filter(({ id, kept, record, queue }) => {
      return kept && record && !record.deleted && queue.length === 0 && !ids.has(id);
    });
    // None at all is what a host says, too, that has lost them for a moment: a store is asked twice.
    const empty = found.length === 0 && setup.store.peek() !== "";
    if (found.length > 0 || (empty && second)) {
      for (const entry of gone) {
        if (entry.record) entry.record = { ...entry.record, deleted: true };
      }
    } else if (empty && gone.length > 0) listLater(PATIENCE.first, true);
    const waits = new Set([...waiting].filter(judges).map(({ id }) => id));
    const own = reviews.peek().filter(({ finding }) => waits.has(finding));
    reviews.value = [...judged.filter(({ finding }) => !waits.has(finding)), ...own];
    entries.came();
  }
  function measured({ id, version, effect: found, reason }: MeasuredPush): void {
    const entry = entries.get(id);
    if (!entry?.record || version < entry.shape) return;
    entry.measured = true;
    entry.unmeasured = reason;
    entry.record = { ...entry.record, effect: found };
    if (entry.kept) entry.kept = { ...entry.kept, effect: found };
    entries.came();
  }
  function refresh(second = false): void {
    void link.ask({ type: "findings" }, (reply) => {
      if (reply.type === "findings") batch(() => listed(reply.findings, reply.reviews, second));
      else if (reply.type === "failed" && !reply.final && canSend()) listLater(nextPatience());
      wake();
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
  wire.on("effect", measured);

  // What an earlier page left, once it is known whose it is.

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
      for (const each of older) outbox.drop(each);
      entry.queue = [...entry.queue.filter((each) => !older.includes(each)), act];
      if (!portable.peek()) entry.sent.add(act.act);
      waiting.add(entry);
      if (isPut(act))
        entry.record = { ...act.finding, effect: entry.kept?.effect ?? act.finding.effect };
      else reviews.value = withOwn(reviews.peek(), act, setup.author.peek());
    }
    entries.changed();
    flush();
  }
  /** Another tab has had it done, or taken it back. */
  function withdrawn({ id, act }: Act): void {
    const entry = entries.get(id);
    const own = entry?.queue.find((each) => each.act === act);
    if (!entry || !own || entry.flying) return; // the kernel's answer says what became of it
    entry.queue = entry.queue.filter((each) => each !== own);
    if (entry.queue.length === 0) waiting.delete(entry);
    if (!lastPut(entry)) entry.record = entry.kept;
    entries.changed();
    if (canSend()) listLater(0);
  }
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
  const unsends = effect(() => outbox.sends(!GIVEN_UP.includes(link.state.value)));
  outbox.onOther(
    (act) => portable.peek() && batch(() => restore([act])),
    (act) => batch(() => withdrawn(act)),
  );
  const unlive = effect(() => {
    if (portable.value || live.value) refresh();
  });
  wire.atEnd(() => {
    clearTimeout(again);
    clearTimeout(listAgain);
    unopen();
    unsends();
    unlive();
  });

  return {
    ...{ cut, trouble, reviews, put, forget },
    yield: yieldTo,
    review(entry, judged) {
      const act: Reviewed = { ...numbered(entry.id), type: "review", ...judged };
      reviews.value = withOwn(reviews.peek(), act, setup.author.peek());
      enqueue(entry, act);
    },
  };
}

type MeasuredPush = Extract<Push, { type: "effect" }>;
type KeptReply = Extract<Message, { type: "kept" }>;
type ReviewedReply = Extract<Message, { type: "reviewed" }>;
type FailedReply = Extract<Message, { type: "failed" }>;
