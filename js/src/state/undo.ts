/** What can be undone, the newest first: one stack for all that a person changes in a panel. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";

/** Memory for undoing, in bytes: 400 edits of a mask at 224×224. */
const LIMIT = 64e6;
/** So many entries are kept however large they are. */
const LEAST = 2;

/** A change that was made. */
export interface Change {
  /** Whose it is: see `forget`. */
  of: object;
  undo(): void;
  redo(): void;
  /** Memory that being able to undo it takes. */
  bytes?: number;
}

export interface Undo {
  canUndo: ReadonlySignal<boolean>;
  canRedo: ReadonlySignal<boolean>;
  /** Remember a change that was just made; what was undone before it cannot be redone any more. */
  made(change: Change): void;
  undo(): void;
  redo(): void;
  /** Drop the changes of one owner: what they changed is gone. */
  forget(of: object): void;
  /** Have something done before every step: a change that is still under way is finished. */
  beforeStep(finish: () => void): void;
}

export function createUndo(limit = LIMIT): Undo {
  const past = signal<readonly Change[]>([]);
  const future = signal<readonly Change[]>([]);
  const finishing: (() => void)[] = [];

  function step(from: typeof past, to: typeof past, act: "undo" | "redo"): void {
    for (const finish of finishing) finish();
    const last = from.peek().at(-1);
    if (!last) return;
    batch(() => {
      from.value = from.peek().slice(0, -1);
      to.value = [...to.peek(), last];
      last[act]();
    });
  }

  /** The newest that fit. */
  function fitting(changes: readonly Change[]): readonly Change[] {
    let bytes = 0;
    const first = changes.findLastIndex((change, k) => {
      bytes += change.bytes ?? 0;
      return bytes > limit && k < changes.length - LEAST;
    });
    return changes.slice(first + 1);
  }

  return {
    canUndo: computed(() => past.value.length > 0),
    canRedo: computed(() => future.value.length > 0),
    made(change) {
      batch(() => {
        past.value = fitting([...past.peek(), change]);
        future.value = [];
      });
    },
    undo: () => step(past, future, "undo"),
    redo: () => step(future, past, "redo"),
    forget(of) {
      batch(() => {
        for (const each of [past, future]) each.value = each.peek().filter((c) => c.of !== of);
      });
    },
    beforeStep: (finish) => void finishing.push(finish),
  };
}
