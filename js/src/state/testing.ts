/**
 * Testing an explanation: a person edits the mask that is shown, and the net itself scores the
 * edited input. An edited mask belongs to all views of an Inspector.
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Tested } from "../kernel/contract";
import { encodeFrame, type Frame } from "../kernel/frame";
import type { Looking } from "./looking";
import { type Brush, meanOf, stroke } from "./masks";
import type { Decode } from "./pictures";
import type { Undo } from "./undo";
import type { Wire } from "./wire";

interface Point {
  x: number;
  y: number;
}

export interface Testing {
  /** The mask as edited, with its score once that is known; null while nothing is, or it is hidden. */
  edited: ReadonlySignal<Frame | null>;
  /** The edited mask that is kept while the explanation is looked at; else null. */
  hidden: ReadonlySignal<Frame | null>;
  /** What the net says of it; null until it has said so of the very last edit. */
  answer: ReadonlySignal<Tested | null>;
  /** What it said last, perhaps of an earlier edit. */
  lastAnswer: ReadonlySignal<Tested>;
  /** Look at the edited mask again, or at the explanation: the edited mask is not lost. */
  show(edited: boolean): void;
  /** Have a mask scored: the first is as it is shown, any other replaces it as one edit. */
  test(mask: Frame): void;
  /** Whether a stroke is under way. */
  drawing: ReadonlySignal<boolean>;
  /** Draw a stroke's next piece, in image pixels; `source` is what "restore" brings back. */
  draw(brush: Brush, source: Frame, from: Point, to: Point): void;
  /** The stroke is done: have it scored. */
  lift(): void;
  /** The stroke was none: a second finger came to zoom. */
  cancel(): void;
  end(): void;
}

export function createTesting(wire: Wire, decode: Decode, looking: Looking, undo: Undo): Testing {
  const { model, link } = wire;
  const edited = () => decode(model.get("_edited"));
  let unanswered = 0;
  const testing = createEditedMask(
    (buffer) => {
      unanswered += 1;
      void link.ask({ type: "test", buffer }, ({ type }) => {
        unanswered -= 1;
        if (type === "failed") testing.restore(edited()); // as the kernel has it
      });
    },
    wire.trait("_tested", {}),
    undo,
  );
  const first = edited();
  testing.restore(first);
  const { target, iteration } = looking;
  testing.show(first?.target === target.peek() && first.iteration === iteration.peek());
  looking.onElsewhere(() => testing.show(false));
  wire.listen("change:_edited", () => {
    const now = edited();
    // What was drawn here comes back once it is scored, when more may have been drawn.
    const own = now !== null && testing.cameBack(now.seq);
    if (unanswered === 0 && !own) testing.restore(now);
  });
  return testing;
}

/** Most numbers of its parity that an edit leaves out. */
const LEFT_OUT = 2048;

interface EditedMask extends Testing {
  /** Take an edited mask that is tested already; null for none. */
  restore(mask: Frame | null): void;
  /** Told the number of an edit that was scored; whether it was made here. */
  cameBack(seq: number): boolean;
}

/** The edited mask itself, and what is sent of it. */
export function createEditedMask(
  send: (bytes: DataView) => void,
  answered: ReadonlySignal<Tested>,
  undo: Undo,
): EditedMask {
  const kept = signal<Frame | null>(null);
  const shown = signal(true);
  /** The mask before the stroke under way. */
  const before = signal<Frame | null>(null);
  // Numbers grow across page reloads and views too; 32 bits of tenths of a second last 13 years.
  let seq = Math.floor(Date.now() / 100) % 2 ** 32;
  /** Numbers of edits made here since another's was taken, but for those before the last that came back. */
  const own = new Set<number>();

  function submit(): void {
    const edited = kept.peek();
    if (!edited) return;
    // Odd: the kernel's own are even. And by chance: another page may edit at this moment, too.
    seq += (seq % 2 === 0 ? 1 : 2) + 2 * Math.floor(Math.random() * LEFT_OUT);
    own.add(seq);
    kept.value = { ...edited, seq, score: Number.NaN, mean: meanOf(edited) };
    send(encodeFrame(kept.value));
  }

  function put(mask: Frame): void {
    batch(() => {
      kept.value = mask;
      shown.value = true;
      submit();
    });
  }

  function remember(was: Frame, now: Frame): void {
    const bytes = was.data.length;
    undo.made({ of: testing, bytes, undo: () => put(was), redo: () => put(now) });
  }

  const answer = computed(() => {
    const seen = answered.value;
    return kept.value && seen.seq === kept.value.seq ? seen : null;
  });
  const testing: EditedMask = {
    edited: computed(() => {
      const edited = shown.value ? kept.value : null;
      const score = answer.value?.scores?.[String(edited?.target)];
      return edited && score !== undefined ? { ...edited, score } : edited;
    }),
    hidden: computed(() => (shown.value ? null : kept.value)),
    show(edited) {
      shown.value = edited;
    },
    answer,
    lastAnswer: answered,
    test(mask) {
      batch(() => {
        testing.lift();
        const was = kept.peek();
        if (was) remember(was, mask);
        put(mask);
      });
    },
    drawing: computed(() => before.value !== null),
    draw(brush, source, from, to) {
      const now = kept.peek();
      if (!now) return;
      // A copy a stroke, not a piece: what was there before stays for undoing.
      const data = before.peek() ? now.data : now.data.slice();
      before.value ??= now;
      stroke(data, source, brush, from, to);
      kept.value = { ...now, data };
    },
    lift() {
      const [was, now] = [before.peek(), kept.peek()];
      if (!was || !now) return;
      batch(() => {
        before.value = null;
        remember(was, now);
        submit();
      });
    },
    cancel() {
      batch(() => {
        kept.value = before.peek() ?? kept.peek();
        before.value = null;
      });
    },
    cameBack(number) {
      if (!own.has(number)) return false;
      for (const each of own) if (each < number) own.delete(each);
      return true;
    },
    end() {
      if (!kept.peek()) return;
      testing.restore(null);
      send(new DataView(new ArrayBuffer(0)));
    },
    restore(given) {
      batch(() => {
        seq = Math.max(seq, given?.seq ?? 0);
        if (given) own.clear(); // what was drawn here is not what is seen: it is news if it comes
        before.value = null;
        kept.value = given && { ...given, score: Number.NaN, mean: meanOf(given) };
        shown.value = true;
        undo.forget(testing);
      });
    },
  };
  undo.beforeStep(testing.lift);
  return testing;
}
