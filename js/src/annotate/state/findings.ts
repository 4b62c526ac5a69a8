/**
 * The findings of one Inspector, shared by its views: what a person does to them is seen at once, can
 * be undone, and is kept. Nothing here waits for the kernel.
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { FileFormat, PreviewRow, ReviewRecord } from "../../kernel/contract";
import type { Store } from "../../state/store";
import { besides, type Region } from "../region";
import { baseOf, createEntries, lastPut } from "./entries";
import { type CreateFiles, createFiles, type Files } from "./files";
import { createOutbox, type Outbox } from "./outbox";
import type { Judgment } from "./queue";
import type { Effect, Finding, Patch } from "./record";
import * as record from "./record";
import { createSetup } from "./setup";
import { createSync } from "./sync";
import { createWish } from "./wish";

/**
 * `saved`: a store that outlives the kernel has it. `kernel`: the kernel has it. `page`: only this page
 * and, if it can, the browser. `saving`: on its way.
 */
export type State = "saving" | "saved" | "kernel" | "page";

export interface Findings extends Files {
  /** Those that are not deleted, oldest first. */
  all: ReadonlySignal<readonly Finding[]>;
  /** One of them; null where there is none. */
  get(id: string | null): Finding | null;
  /** Whether it is known what new ones are seen on. */
  ready: ReadonlySignal<boolean>;
  /** Have that known soon, also before there is a first mask. */
  want(): void;
  /** @param more what else is known of it, as of one that was read from a file */
  add(region: Region, more?: Partial<Finding>): Finding;
  change(id: string, patch: Patch): void;
  /** What is kept of a finding of a file already, by the kernel and here; see `PreviewRow`. */
  hereOf(row: PreviewRow): string;
  /**
   * Have it as a file has it: a new one, or a change of the one that is here or was deleted.
   * @param base the version of it that is kept; 0 where none is
   */
  load(finding: Finding, base: number): void;
  remove(id: string): void;
  /** A copy, a little aside; null where there is nothing to copy. */
  duplicate(id: string): Finding | null;
  /** Make what is done in it one step that is undone at once. */
  together(acts: () => void): void;
  /**
   * Judge another person's finding: one step, whose undoing gives the judgment before it again. The
   * first one stays.
   */
  review(id: string, judged: Judgment): void;
  /** The reviews known, as far as one may see them. */
  reviews: ReadonlySignal<readonly ReviewRecord[]>;
  stateOf(id: string): State;
  /** Why not all of it is saved, in words; or "". */
  reason: ReadonlySignal<string>;
  /** What was undone or done again last; null for nothing yet. */
  stepped: ReadonlySignal<Stepped | null>;
  /** Those that another changed at the same time. */
  clashes: ReadonlySignal<readonly { mine: Finding; theirs: Finding }[]>;
  resolve(id: string, to: "theirs" | "mine as new"): void;
  /**
   * What was measured; null where it could not be, "untested" where there is no kernel to do it,
   * "withheld" where it is told only once one has judged the finding.
   */
  effectOf(id: string): Effect | null | "pending" | "untested" | "withheld";
  /** Why it was not, in words; or "". */
  whyUntested(id: string): string;
  author: ReadonlySignal<string>;
  /** Name of where they are kept; "" where nowhere. */
  store: ReadonlySignal<string>;
  kinds: ReadonlySignal<readonly string[]>;
  labels: ReadonlySignal<readonly string[]>;
  formats: ReadonlySignal<readonly FileFormat[]>;
}

/** What was undone or done again, with the first of its findings as that is now. */
export interface Stepped {
  undone: boolean;
  steps: readonly Step[];
  finding: Finding;
}

/** One change of one finding: what is set to undo it, and to do it again. */
export interface Step {
  id: string;
  before: Patch;
  after: Patch;
}

/**
 * @param files how they come from files and go to them
 * @param outbox where what waits is kept; by the browser, if not given
 */
export function createFindings(
  store: Store,
  files: CreateFiles = createFiles,
  outbox?: Outbox,
): Findings {
  const setup = createSetup(store);
  const entries = createEntries(store.wire.ended);
  const box = outbox ?? createOutbox(undefined, store.wire.ended);
  const known = () => [findings.all.peek(), sync.reviews.peek()] as const;
  const exchange = files(store, setup, known);
  const sync = createSync(store, setup, entries, box, exchange.readFinding);
  const want = createWish(store, setup.ready);
  const { changes } = entries;
  const stepped = signal<Stepped | null>(null);
  /** The steps of what is done together; null while each is one of its own. */
  let steps: Step[] | null = null;

  function apply(id: string, patch: Patch): void {
    const entry = entries.get(id);
    if (!entry?.record) return;
    entry.record = record.changed(entry.record, patch);
    sync.put(entry);
    if (!("region" in patch)) return;
    entry.shape = (lastPut(entry)?.base ?? 0) + 1;
    entry.measured = false;
  }
  /** @returns whether all of it was still as this step, or its undoing, had left it */
  function set(step: Step, to: "before" | "after"): boolean {
    const finding = entries.get(step.id)?.record;
    const patch = step[to];
    if (!finding) return true;
    const open = record.stillAs(finding, patch, to === "before" ? step.after : step.before);
    if (Object.keys(open).length > 0) apply(step.id, open);
    return Object.keys(open).length === Object.keys(patch).length;
  }
  function remember(step: Step): void {
    if (steps) return void steps.push(step);
    made([step]);
  }
  function made(done: readonly Step[]): void {
    if (done.length === 0) return;
    const act = (steps: readonly Step[], to: "before" | "after") => () =>
      batch(() => {
        const kept = steps.filter((step) => !set(step, to));
        if (kept.length > 0) store.say("Others changed it meanwhile.");
        const finding = entries.get(steps[0]?.id ?? "")?.record;
        if (finding && kept.length < steps.length) {
          stepped.value = { undone: to === "before", steps, finding };
        }
      });
    const bytes = JSON.stringify(done).length * 2;
    const [undo, redo] = [act(done.toReversed(), "before"), act(done, "after")];
    store.undo.made({ of: findings, bytes, undo, redo });
  }

  /** One step that makes a finding what it shall be. */
  function alter(finding: Finding, given: Patch): void {
    const after = record.differing(finding, given);
    if (Object.keys(after).length === 0) return;
    const { id } = finding;
    batch(() => {
      apply(id, after);
      remember({ id, before: record.valuesOf(finding, after), after });
    });
  }

  /** What one has said of a finding oneself. */
  function ownOf(finding: Finding): Judgment & Pick<Finding, "confidence"> {
    const me = setup.author.peek();
    if (finding.author === "" || finding.author === me) return finding;
    const mine = sync.reviews.peek().findLast((each) => {
      return each.finding === finding.id && each.author === me;
    });
    return { verdict: "", kind: "", reason: "", ...mine, confidence: null };
  }
  const pending = computed(() => {
    changes.value;
    return [...entries.all()].filter(({ queue }) => queue.length > 0);
  });
  const findings: Findings = {
    ...setup,
    ...exchange,
    stepped,
    want,
    readFile(file) {
      want();
      return exchange.readFile(file);
    },
    all: computed(() => {
      changes.value;
      return [...entries.all()].flatMap((each) =>
        each.record && !each.record.deleted ? [each.record] : [],
      );
    }),
    get(id) {
      changes.value;
      const found = id === null ? null : entries.get(id)?.record;
      return found && !found.deleted ? found : null;
    },
    add(region, more = {}) {
      const image = store.image.peek();
      const now = new Date().toISOString();
      const finding: Finding = {
        ...{ id: record.uuid(), frame: [image?.height ?? 1, image?.width ?? 1] },
        ...{ verdict: "", kind: "", label: "", reason: "", confidence: null },
        ...{ author: setup.author.peek(), effect: null, created: now, changed: now },
        seen: setup.seen(),
        ...more,
        ...{ region: record.plain(region), version: 1, deleted: false },
      };
      batch(() => {
        const entry = entries.of(finding.id);
        entry.record = finding;
        entry.shape = 1;
        entry.imported = more.seen !== undefined;
        sync.put(entry);
        remember({ id: finding.id, before: { deleted: true }, after: { deleted: false } });
      });
      return finding;
    },
    change(id, patch) {
      const finding = findings.get(id);
      if (!finding) return;
      alter(finding, patch.region ? { ...patch, region: record.plain(patch.region) } : patch);
    },
    hereOf({ finding, here = "" }) {
      changes.value;
      const known = finding && entries.get(finding.id)?.record;
      return known ? record.comparedTo(known, finding) : here;
    },
    load(finding, base) {
      const entry = entries.of(finding.id);
      // What is kept and not here was deleted, before this page or unheard of by it.
      if (base > baseOf(entry)) entry.kept = { ...finding, version: base, deleted: true };
      const known = entry.record ?? entry.kept;
      if (!known) {
        const { region, ...more } = finding;
        findings.add(region as Region, more);
        return;
      }
      entry.record = known;
      alter(known, record.toBe(known, { ...record.judgedOrNot(finding), deleted: false }));
    },
    remove: (id) => findings.change(id, { deleted: true }),
    duplicate(id) {
      const finding = findings.get(id);
      if (!finding) return null;
      const { label, frame, region } = finding;
      const { verdict, kind, reason, confidence } = ownOf(finding);
      const said = { verdict, kind, label, reason, confidence, frame };
      return findings.add(besides(region as Region, frame), said);
    },
    together(acts) {
      if (steps) return acts();
      const done: Step[] = [];
      steps = done;
      try {
        batch(acts);
      } finally {
        steps = null;
        made(done);
      }
    },
    review(id, judged) {
      const entry = entries.get(id);
      const finding = entry?.record;
      if (!entry || !finding) return;
      const { verdict, kind, reason } = ownOf(finding);
      const step: Step = { id, before: { verdict, kind, reason }, after: { ...judged } };
      const give = (to: "before" | "after") => () => {
        // With the first one it was told what others say, which is not forgotten.
        if (!verdict) {
          store.say("Your first verdict on another's finding stays; a new one can replace it.");
          return;
        }
        batch(() => {
          sync.review(entry, step[to] as Judgment);
          const now = entry.record ?? finding;
          stepped.value = { undone: to === "before", steps: [step], finding: now };
        });
      };
      batch(() => sync.review(entry, judged));
      store.undo.made({ of: findings, undo: give("before"), redo: give("after") });
    },
    reviews: sync.reviews,
    stateOf(id) {
      changes.value;
      const entry = entries.get(id);
      if (store.portable.value) return "page";
      if (!entry || entry.queue.length === 0) return entry?.durable === false ? "kernel" : "saved";
      const stuck = entry.theirs || entry.trouble || sync.cut.value;
      return stuck ? "page" : "saving";
    },
    reason: computed(() => {
      const [first] = pending.value.map(({ trouble }) => trouble).filter(Boolean);
      const waits = pending.value.length > 0;
      if (waits && box.trouble.value) return box.trouble.value;
      if (store.portable.value) return "download the findings to have them elsewhere";
      if (waits && (sync.cut.value || first)) return sync.cut.value || first || "";
      const unkept = [...entries.all()].find(({ durable, why }) => !durable && why);
      return unkept?.why ?? setup.reason.value;
    }),
    clashes: computed(() => {
      changes.value;
      return [...entries.all()].flatMap((each) => {
        const { record: mine, theirs } = each;
        return mine && theirs ? [{ mine, theirs }] : [];
      });
    }),
    resolve(id, to) {
      const entry = entries.get(id);
      const mine = entry?.record;
      if (!entry?.theirs || !mine) return;
      const { theirs } = entry;
      findings.together(() => {
        sync.yield(entry, theirs);
        const { id: _, version, effect, withheld, ...kept } = mine;
        // A copy without its author's words is not that author's.
        const own = withheld ? { author: setup.author.peek() } : {};
        if (to === "mine as new") findings.add(mine.region as Region, { ...kept, ...own });
        else remember({ id, before: record.toBe(theirs, mine), after: record.toBe(mine, theirs) });
      });
    },
    whyUntested: (id) => {
      changes.value;
      return store.offline.value || entries.get(id)?.unmeasured || "";
    },
    effectOf(id) {
      changes.value;
      const entry = entries.get(id);
      if (entry?.record?.withheld) return "withheld";
      if (entry?.record?.effect) return entry.record.effect;
      if (store.offline.value) return "untested";
      return entry?.measured ? null : "pending";
    },
    labels: computed(() => {
      const used = findings.all.value.map(({ label }) => label).filter(Boolean);
      return [...new Set([...setup.labels.value, ...used])];
    }),
  };
  warnBeforeLoss(() => box.trouble.peek() !== "" && pending.peek().length > 0, store.wire.ended);
  return findings;
}

/** Ask before a page is left that alone has what a person did. */
function warnBeforeLoss(isAtRisk: () => boolean, ended: AbortSignal): void {
  globalThis.window?.addEventListener(
    "beforeunload",
    (event) => {
      if (isAtRisk()) event.preventDefault();
    },
    { signal: ended },
  );
}
