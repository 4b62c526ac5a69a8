/** What a person looks at: a class and an iteration, and the best mask there is for them. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { ClassInfo, Status, Trace, Traits, Variant } from "../kernel/contract";
import type { Frame } from "../kernel/frame";
import { inflate, viewOf } from "../kernel/packed";
import { createFollowing } from "./following";
import { createMasksSeen, type MasksSeen } from "./masks_seen";
import type { Decode } from "./pictures";
import type { Wire } from "./wire";

export interface Looking {
  /** What the person asked to see ... */
  target: ReadonlySignal<number>;
  iteration: ReadonlySignal<number>;
  follow: ReadonlySignal<boolean>;
  /** ... and the best mask there is for it. */
  drawn: ReadonlySignal<Frame | null>;
  /** The curves of every class. */
  trace: ReadonlySignal<Trace>;
  /** Iterations of the wanted class that can be drawn, ascending. */
  keyframes: ReadonlySignal<number[]>;
  /** The mask of a class of any run nearest to the iteration wanted, and those to have at hand. */
  maskOf: MasksSeen["maskOf"];
  watch: MasksSeen["watch"];
  choose(target: number): void;
  scrub(iteration: number): void;
  latest(): void;
  /** For the other features of a store. */
  masks: MasksSeen;
  /** Look at the newest iteration, as a run begins. */
  followNewest(): void;
  /** A newer run makes every mask of the old one stale; the picture stays until its first mask. */
  advanceTo(run: number): void;
  /** Choose what is drawn: the wanted mask, or the nearest of its class until that one comes. */
  redraw(): void;
  /** Hear that something else is looked at now. */
  onElsewhere(hear: () => void): void;
  /** Hear of the first sign of a newer run. */
  onNewRun(hear: () => void): void;
  /** Take the masks that there are; once all features are there to hear of them. */
  open(): void;
}

/** What there is to look at. */
export interface Shown {
  status: ReadonlySignal<Status>;
  classes: ReadonlySignal<ClassInfo[]>;
  variants: ReadonlySignal<Variant[]>;
  /** The number of the run that there is. */
  run: number;
  say(text: string): void;
}

export function createLooking(wire: Wire, decode: Decode, shown: Shown): Looking {
  const { model, link, listen, trait, ended } = wire;
  const target = signal((model.get("target") as number | undefined) ?? -1);
  const iteration = signal((model.get("iteration") as number | undefined) ?? 0);
  const follow = signal((model.get("_follow") as boolean | undefined) ?? true);
  const drawn = signal<Frame | null>(null);
  const trace = trait("_trace", {});
  const masks = createMasksSeen(
    { target, iteration, follow, trace, ...shown },
    link,
    shown.run,
    take,
  );
  const { keyframes } = masks;
  const leaving: (() => void)[] = [];
  const beginning: (() => void)[] = [];
  const elsewhere = () => {
    for (const hear of leaving) hear();
  };

  function advanceTo(run: number): void {
    if (!masks.advanceTo(run)) return;
    for (const hear of beginning) hear();
    elsewhere();
  }

  function keep(frame: Frame): void {
    advanceTo(frame.run);
    if (masks.put(frame)) redraw();
  }

  function take(value: unknown): Frame | null {
    const frame = decode(value);
    if (frame) keep(frame);
    return frame;
  }

  function onFrame(): void {
    const frame = decode(model.get("_frame"));
    if (!frame) return;
    // At once and once a model: the kernel's pace depends on it, not on drawing.
    if (frame.seq > 0) link.acknowledge(frame.seq);
    keep(frame);
  }

  function redraw(): void {
    const last = keyframes.peek().at(-1);
    if (follow.peek() && last !== undefined) iteration.value = last;
    const best = masks.best();
    if (best) drawn.value = best;
    masks.pump();
  }

  /** The last masks of all classes: what a saved notebook can show without a kernel. */
  async function openKept(): Promise<void> {
    const kept = Object.values((model.get("_kept") as Traits["_kept"] | undefined) ?? {});
    for (const packed of kept) {
      const frame = decode(viewOf(await inflate(packed)));
      if (frame && !ended.aborted) keep(frame);
    }
  }
  const tellIfNot = (opening: Promise<void>) =>
    opening.catch((error: unknown) => shown.say(`What the notebook kept cannot be read: ${error}`));

  const { status } = shown;
  const following = createFollowing(wire, {
    ...{ iteration, follow, status, keyframes, elsewhere, redraw },
  });
  listen("change:_frame", () => {
    link.heard();
    onFrame();
  });
  listen("change:_kept", () => tellIfNot(openKept()));
  listen("change:_trace", redraw);
  listen("change:target", () => {
    if (link.writing) return;
    elsewhere();
    target.value = model.get("target") as number;
    redraw();
  });
  wire.atEnd(() => {
    following.rest();
    masks.clear();
  });

  return {
    ...{ target, iteration, follow, drawn, trace, keyframes, masks, advanceTo, redraw },
    maskOf: masks.maskOf,
    watch: masks.watch,
    choose(chosen) {
      if (chosen === target.peek()) return;
      elsewhere();
      target.value = chosen;
      link.write({ target: chosen });
      redraw();
    },
    scrub: following.scrub,
    latest: () => following.scrub(Number.POSITIVE_INFINITY),
    followNewest() {
      following.rest();
      follow.value = true;
      elsewhere();
    },
    onElsewhere: (hear) => void leaving.push(hear),
    onNewRun: (hear) => void beginning.push(hear),
    open() {
      onFrame();
      tellIfNot(openKept());
    },
  };
}
