/** What the parts of the panel that show what is beside have in common: one for each view. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { nameOf } from "../../state/classes";
import { createScoring, type Scoring } from "../state/scoring";
import type { BesideView, Shown } from "../view";
import { linesOf, type Row, ranked } from "./ranking";

/** A pane that the kernel scores and measures; ours has the number 0. */
export interface Judged {
  id: number;
  name: string;
  shown: Shown | undefined;
  /** Another model: its own scores are by itself, not by our network. */
  itself: boolean;
}

/** What only a kernel can do. */
export type Judging = Record<
  "Compared" | "Measures" | "Methods",
  FunctionComponent<{ view: View }>
>;

export interface View extends BesideView {
  judging: Judging | undefined;
  scoring: Scoring;
  /** Ours first. */
  judged: ReadonlySignal<readonly Judged[]>;
  rows: ReadonlySignal<readonly Row[]>;
  /** How the line of each is drawn, by its number. */
  lines: ReadonlySignal<ReadonlyMap<number, number>>;
  /** The pane that is pointed at in a table or a chart, by its number. */
  pointed: Signal<number | null>;
  /** The measures on the witness are shown, not those on the net itself. */
  byWitness: Signal<boolean>;
}

/** What our own evidence is called among others. */
export const OURS = "Evidence";

export function createPanel(beside: BesideView, judging: Judging | undefined): View {
  const { ui, share, shown } = beside;
  const { store, ended } = ui;
  const running = computed(() => store.status.value === "running" || store.starting.value);
  const scoring = createScoring(
    {
      running,
      // An exported page has the scores that were shown.
      able: computed(() => store.portable.value || !store.offline.value),
      wish: computed(() => {
        const area = share.value;
        const known = area !== null && store.drawn.value !== null;
        return known ? { share: area, target: store.target.value } : null;
      }),
      version: computed(() => {
        const { run } = store.progress.value;
        const target = store.target.value;
        const seqs = store.beside.value.map(({ id, targets }) => `${id}:${targets[target]?.seq}`);
        return [run, store.keyframes.value.at(-1), store.status.value, ...seqs].join(" ");
      }),
      async ask(wish) {
        const { link } = store.wire;
        const reply = await link.ask({ type: "score_area", ...wish }, () => false);
        if (reply.type === "failed") return reply.message;
        return reply.type === "area_scores" ? reply : null;
      },
    },
    ended,
  );

  const judged = computed(() => [
    { id: 0, name: OURS, shown: undefined, itself: false },
    ...shown.value.flatMap((each): Judged[] => {
      const { id, label } = each;
      return id === null ? [] : [{ id, name: label, shown: each, itself: each.kind === "model" }];
    }),
  ]);
  const order = signal<readonly number[] | null>(null);
  const rows = computed(() => ranked(judged.value, scoring.scores.value, order.value));
  const settle = effect(() => {
    // The order of before is kept while scores come and go.
    const moving = running.value || scoring.pending.value;
    order.value = moving ? rows.peek().map(({ id }) => id) : null;
  });
  ended.addEventListener("abort", settle);
  return {
    ...beside,
    ...{ judging, scoring, judged, rows },
    lines: computed(() => linesOf(judged.value.map(({ id }) => id))),
    pointed: signal(null),
    byWitness: signal(false),
  };
}

/** The class that is drawn, as the panel calls it. */
export function className({ ui: { store } }: View): string {
  return nameOf(store, store.target.value);
}

/** Whether there is something to compare. */
export function isComparing({ isBeside, judged, share }: View): boolean {
  return isBeside() && (judged.value.length > 1 || share.value !== null);
}
