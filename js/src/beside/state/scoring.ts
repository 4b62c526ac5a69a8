/** What the net, and its witness, make of the top share of the pixels by each pane, for one view. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { AreaScore } from "../../kernel/contract";

/** While a run goes on its evidence changes with every iteration: asked again after so many ms. */
const PACE = 900;
/** Another view has asked meanwhile: its answer comes first. */
const AGAIN = 300;

export interface Wish {
  /** Of the pixels, in (0, 1). */
  share: number;
  target: number;
}

export interface Answer extends Wish {
  /** By the pane's id; 0 is our own evidence. */
  scores: Record<string, AreaScore>;
}

export interface Scoring {
  /** Of the wanted class; perhaps of another share, until the answer comes. */
  scores: ReadonlySignal<Readonly<Record<string, AreaScore>>>;
  /** Whether they are of another share, or of what was there before. */
  pending: ReadonlySignal<boolean>;
  /** Why there are none; or "". */
  error: ReadonlySignal<string>;
}

export interface Asking {
  /** What is wanted; null for nothing. */
  wish: ReadonlySignal<Wish | null>;
  /** Changes with every picture that is scored. */
  version: ReadonlySignal<string>;
  running: ReadonlySignal<boolean>;
  /** Whether anybody can be asked. */
  able: ReadonlySignal<boolean>;
  /** An answer, the reason why there is none, or null where a newer wish took its place. */
  ask(wish: Wish): Promise<Answer | string | null>;
}

const NONE = {};

export function createScoring(asking: Asking, ended: AbortSignal): Scoring {
  const answer = signal<Answer | null>(null);
  const answered = signal("");
  const error = signal("");
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const key = computed(() => {
    const wish = asking.wish.value;
    return wish ? `${wish.share} ${wish.target} ${asking.version.value}` : "";
  });

  async function send(): Promise<void> {
    timer = undefined;
    const [wish, asked] = [asking.wish.peek(), key.peek()];
    if (busy || !wish || asked === answered.peek() || !asking.able.peek()) return;
    busy = true;
    const came = await asking.ask(wish);
    busy = false;
    if (ended.aborted) return;
    if (came === null) return later(AGAIN);
    const failed = typeof came === "string";
    error.value = failed ? came : "";
    answer.value = failed ? null : came;
    answered.value = asked;
    if (asked !== key.peek()) later(asking.running.peek() ? PACE : 0);
  }
  function later(wait: number): void {
    timer ??= setTimeout(() => void send(), wait);
  }
  const stop = effect(() => {
    // A slider that moves is followed at once; evidence that grows, at a pace of its own.
    if (key.value && asking.able.value && !busy)
      later(answered.peek() && asking.running.peek() ? PACE / 3 : 0);
  });
  ended.addEventListener("abort", () => {
    clearTimeout(timer);
    stop();
  });
  return {
    error,
    scores: computed(() => {
      const known = answer.value;
      return known && known.target === asking.wish.value?.target ? known.scores : NONE;
    }),
    pending: computed(() => key.value !== "" && key.value !== answered.value && asking.able.value),
  };
}
