/**
 * Testing an explanation: a person edits the mask that is shown, and the net itself scores the
 * edited input. An edit belongs to all views of an Inspector.
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Probed } from "../kernel/contract";
import { encodeFrame, type Frame } from "../kernel/frame";
import type { Looking } from "./looking";
import { type Brush, meanOf, stroke } from "./masks";
import type { Decode } from "./pictures";
import type { Wire } from "./wire";

/** Memory for undoing, in bytes: 400 edits at 224×224. */
const UNDO_BYTES = 64e6;

interface Point {
  x: number;
  y: number;
}

export interface Testing {
  /** The mask as edited, with its score once that is known; null while nothing is, or it is hidden. */
  mask: ReadonlySignal<Frame | null>;
  /** The edit that is kept while the explanation is looked at; else null. */
  hidden: ReadonlySignal<Frame | null>;
  /** What the net says of it; null until it has said so of the very last edit. */
  answer: ReadonlySignal<Probed | null>;
  /** What it said last, perhaps of an earlier edit. */
  last: ReadonlySignal<Probed>;
  canUndo: ReadonlySignal<boolean>;
  canRedo: ReadonlySignal<boolean>;
  /** Look at the explanation, or at the edit again: it is not lost. */
  show(edit: boolean): void;
  /** Begin to edit a mask as it is shown, or put another in its place as one edit. */
  set(mask: Frame): void;
  /** Whether a stroke is under way. */
  drawing: ReadonlySignal<boolean>;
  /** Draw a stroke's next piece, in image pixels; `source` is what "restore" brings back. */
  draw(brush: Brush, source: Frame, from: Point, to: Point): void;
  /** The stroke is done: have it scored. */
  lift(): void;
  /** The stroke was none: a second finger came to zoom. */
  cancel(): void;
  undo(): void;
  redo(): void;
  end(): void;
}

export function createTesting(wire: Wire, decode: Decode, looking: Looking): Testing {
  const { model, link } = wire;
  const testing = createEdit(
    (bytes) => link.write({ _probe: bytes }),
    wire.trait<"_probed">("_probed", {}),
  );
  const edited = decode(model.get("_probe"));
  testing.restore(edited);
  const { target, iteration } = looking;
  testing.show(edited?.target === target.peek() && edited.iteration === iteration.peek());
  looking.onElsewhere(() => testing.show(false));
  wire.listen("change:_probe", () => {
    if (!link.writing) testing.restore(decode(model.get("_probe")));
  });
  return testing;
}

/** The edit itself, and what is sent of it. */
export function createEdit(
  send: (bytes: DataView) => void,
  answered: ReadonlySignal<Probed>,
): Testing & { restore(mask: Frame | null): void } {
  const kept = signal<Frame | null>(null);
  const shown = signal(true);
  const past = signal<readonly Frame[]>([]);
  const future = signal<readonly Frame[]>([]);
  /** The mask before the stroke under way. */
  const before = signal<Frame | null>(null);
  // Numbers grow across page reloads and views too; 32 bits of tenths of a second last 13 years.
  let seq = Math.floor(Date.now() / 100) % 2 ** 32;

  function submit(): void {
    const edited = kept.peek();
    if (!edited) return;
    seq += seq % 2 === 0 ? 1 : 2; // odd: the kernel's own are even
    kept.value = { ...edited, seq, score: Number.NaN, mean: meanOf(edited) };
    send(encodeFrame(kept.value));
  }

  function remember(was: Frame): void {
    const most = Math.max(2, Math.floor(UNDO_BYTES / was.data.length));
    past.value = [...past.peek(), was].slice(-most);
    future.value = [];
  }

  function step(from: typeof past, to: typeof past): void {
    probe.lift();
    const now = kept.peek();
    const last = from.peek().at(-1);
    if (!now || !last) return;
    batch(() => {
      from.value = from.peek().slice(0, -1);
      to.value = [...to.peek(), now];
      kept.value = last;
      shown.value = true;
      submit();
    });
  }

  const answer = computed(() => {
    const seen = answered.value;
    return kept.value && seen.seq === kept.value.seq ? seen : null;
  });
  const probe: ReturnType<typeof createEdit> = {
    mask: computed(() => {
      const edited = shown.value ? kept.value : null;
      const score = answer.value?.scores?.[String(edited?.target)];
      return edited && score !== undefined ? { ...edited, score } : edited;
    }),
    hidden: computed(() => (shown.value ? null : kept.value)),
    show(edit) {
      shown.value = edit;
    },
    answer,
    last: answered,
    canUndo: computed(() => past.value.length > 0),
    canRedo: computed(() => future.value.length > 0),
    set(next) {
      batch(() => {
        probe.lift();
        const now = kept.peek();
        if (now) remember(now);
        kept.value = next;
        shown.value = true;
        submit();
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
      const was = before.peek();
      if (!was) return;
      batch(() => {
        before.value = null;
        remember(was);
        submit();
      });
    },
    cancel() {
      batch(() => {
        kept.value = before.peek() ?? kept.peek();
        before.value = null;
      });
    },
    undo: () => step(past, future),
    redo: () => step(future, past),
    end() {
      if (!kept.peek()) return;
      probe.restore(null);
      send(new DataView(new ArrayBuffer(0)));
    },
    restore(given) {
      batch(() => {
        seq = Math.max(seq, given?.seq ?? 0);
        before.value = null;
        kept.value = given && { ...given, score: Number.NaN, mean: meanOf(given) };
        shown.value = true;
        past.value = [];
        future.value = [];
      });
    },
  };
  return probe;
}
