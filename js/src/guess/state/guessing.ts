/** A question and the guess at it, shared by all views of an Inspector. */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { countOf, emptyGrid, type Grid, type Place, stroked } from "../../annotate/grid";
import { decode, encode } from "../../annotate/rle";
import type { Guess, GuessAnswer, GuessRegion, Locked } from "../../kernel/contract";
import { radii } from "../../state/masks";
import type { Store } from "../../state/store";
import { byKernel, byPage } from "./answering";

export interface Guessing {
  store: Store;
  /** Null where nothing is asked. */
  asked: ReadonlySignal<Guess | null>;
  /** Whether the panel shows nothing yet of what the network relies on. */
  hides: ReadonlySignal<boolean>;
  locked: ReadonlySignal<Locked>;
  answers: ReadonlySignal<GuessAnswer[]>;
  /** What is brushed, as long as it is not committed; then what was. Null before there is a photo. */
  region: ReadonlySignal<Grid | null>;
  /** The evidence's pixels, once they are told. */
  evidence: ReadonlySignal<Grid | null>;
  /** Share of the photo that is brushed. */
  area: ReadonlySignal<number>;
  /** What is chosen, or typed, of any other question. */
  chosen: Signal<readonly string[]>;
  radius: Signal<number>;
  most: ReadonlySignal<number>;
  erases: Signal<boolean>;
  /** Whether something of a stroke is drawn that was not lifted yet. */
  drawing: ReadonlySignal<boolean>;
  draw(from: Place, to: Place): void;
  lift(): void;
  cancel(): void;
  clear(): void;
  commit(): void;
  reveal(): void;
  reset(): void;
}

export function createGuessing(store: Store): Guessing {
  const { trait } = store.wire;
  const told = trait("_guess", {});
  const asked = computed(() => (told.value.question ? (told.value as Guess) : null));
  const locked = trait("_locked", {});
  const answers = trait("answers", []);
  const brushed = signal<Grid | null>(null);
  /** Of the strokes, where they are undone. */
  const owner = {};
  const before = signal<Grid | null>(null);
  const chosen = signal<readonly string[]>([]);
  const size = computed(() => {
    const { height, width } = store.image.value ?? { height: 0, width: 0 };
    return [height, width] as const;
  });
  const sizes = computed(() => radii(size.value[1], size.value[0]));
  const picked = signal<number | null>(null);
  const erases = signal(false);
  const blank = computed(() => emptyGrid(size.value));
  const committed = computed(() => {
    const { committed, question, value } = told.value;
    return committed && question?.kind === "region" ? gridOf(value as GuessRegion) : null;
  });
  const region = computed(() => {
    const grid = committed.value ?? brushed.value ?? blank.value;
    return grid.data.length > 0 ? grid : null;
  });
  const evidence = computed(() => gridOf(told.value.evidence));
  let since = performance.now();
  const answering = () => (store.offline.peek() ? byPage(store) : byKernel(store));

  function put(grid: Grid | null): void {
    brushed.value = grid;
  }
  function lift(): void {
    const [was, now] = [before.peek(), brushed.peek()];
    before.value = null;
    if (!was || !now) return;
    const bytes = now.data.length;
    store.undo.made({ of: owner, bytes, undo: () => put(was), redo: () => put(now) });
  }
  store.undo.beforeStep(lift);
  // Another question, or the same again, begins with nothing brushed or chosen.
  let last = "";
  const stop = effect(() => {
    const { question, committed = false, tries = 0 } = told.value;
    const now = question ? `${question.id} ${committed ? "" : tries}` : "";
    if (now === last) return;
    last = now;
    batch(() => {
      store.undo.forget(owner);
      before.value = null;
      if (committed) return;
      since = performance.now();
      brushed.value = null;
      chosen.value = [];
    });
  });
  store.wire.atEnd(stop);

  const guessing: Guessing = {
    ...{ store, asked, locked, answers, region, evidence, chosen, erases },
    hides: computed(() => asked.value !== null && !asked.value.revealed),
    area: computed(() => (region.value ? countOf(region.value) / region.value.data.length : 0)),
    radius: {
      get value() {
        return picked.value ?? 2 * sizes.value.first;
      },
      set value(radius: number) {
        picked.value = Math.max(1, Math.min(sizes.value.most, Math.round(radius)));
      },
      peek: () => picked.peek() ?? 2 * sizes.peek().first,
    } as Signal<number>,
    most: computed(() => sizes.value.most),
    drawing: computed(() => before.value !== null),
    draw(from, to) {
      const now = brushed.peek() ?? blank.peek();
      before.value ??= now;
      put(stroked(now, from, to, guessing.radius.peek(), erases.peek() ? 0 : 1));
    },
    lift,
    cancel() {
      if (before.peek()) put(before.peek());
      before.value = null;
    },
    clear() {
      before.value = brushed.peek();
      put(blank.peek());
      lift();
    },
    commit() {
      lift();
      const question = asked.peek()?.question;
      if (!question) return;
      const value = answerOf(question.kind, question.several, region.peek(), chosen.peek());
      answering().commit(value, (performance.now() - since) / 1000);
    },
    reveal: () => void answering().reveal(),
    reset: () => void answering().reset(),
  };
  return guessing;
}

function gridOf(region: GuessRegion | null | undefined): Grid | null {
  return region ? decode(region.counts, region.size as [number, number]) : null;
}

function answerOf(
  kind: Guess["question"]["kind"],
  several: boolean,
  region: Grid | null,
  chosen: readonly string[],
): unknown {
  if (kind === "region") {
    return region && { size: [region.height, region.width], counts: encode(region) };
  }
  if (kind === "number") return Number((chosen[0] ?? "").replace(",", "."));
  return kind === "method" || several ? chosen : chosen[0];
}
