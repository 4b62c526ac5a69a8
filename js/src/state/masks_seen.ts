/** The masks seen so far, of the main run and those beside it, and which to ask the kernel for. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ClassInfo, Status, Trace, Track, Variant } from "../kernel/contract";
import type { Frame } from "../kernel/frame";
import type { Link } from "../kernel/link";
import { Requests, type Want } from "../kernel/requests";
import { FrameCache } from "./cache";
import { coarseToFine, nearest } from "./timeline";

/** Masks kept of the main run, in bytes: 400 of 224×224, 21 of 1024×1024; a quarter of each other. */
const CACHE_BYTES = 64e6;

/** A class of a run that is drawn beside the main one's; `run` 0 is the main run. */
export interface ClassOfRun {
  run: number;
  target: number;
}

/** What a person looks at, and what there is to see. */
export interface Wanted {
  target: ReadonlySignal<number>;
  iteration: ReadonlySignal<number>;
  follow: ReadonlySignal<boolean>;
  status: ReadonlySignal<Status>;
  classes: ReadonlySignal<ClassInfo[]>;
  trace: ReadonlySignal<Trace>;
  variants: ReadonlySignal<Variant[]>;
}

export interface MasksSeen {
  /** Iterations of the wanted class that can be drawn, ascending. */
  keyframes: ReadonlySignal<number[]>;
  /** The mask of the main run to draw: the wanted one, or the nearest of its class. */
  best(): Frame | null;
  maskOf(of: ClassOfRun): Frame | null;
  /** Have these masks fetched too, for every view that asks under its own name; none ends it. */
  watch(view: string, masks: readonly ClassOfRun[]): void;
  /** Keep a mask; false where it is no mask of a run that is still looked at. */
  put(frame: Frame): boolean;
  /** Drop the masks of older runs; whether there was anything newer. */
  advanceTo(run: number): boolean;
  /** What may be wanted now is asked for. */
  pump(): void;
  /** The kernel's lists changed: what can be drawn may have, too. */
  changed(): void;
  clear(): void;
}

/** @param take keeps a mask that was asked for, and returns it. */
export function createMasksSeen(
  wanting: Wanted,
  link: Link,
  first: number,
  take: (buffer: DataView | null) => Frame | null,
): MasksSeen {
  const { target, iteration, follow, status, classes, trace, variants } = wanting;
  const cache = new FrameCache(CACHE_BYTES);
  const variantCaches = new Map<number, FrameCache>();
  const watched = new Map<string, readonly ClassOfRun[]>();
  /** Raised with every change, so that what depends on the caches is computed anew. */
  const held = signal(0);
  const track = computed<Track | undefined>(() => trace.value[String(target.value)]);
  const requests = new Requests(
    (want, came) => {
      const { run, ...wanted } = want;
      void link.ask({ type: "frame", ...wanted, ...(run ? { run } : {}) }, (reply) => {
        // A mask fetched ahead was nobody's wish, and a run beside the main one may be gone.
        const missed = requests.isWanted(want) && !run;
        if (reply.type === "lost") came(undefined);
        else came(reply.type === "frame" ? (take(reply.buffer)?.iteration ?? null) : null);
        return missed;
      });
    },
    () => pump(),
  );
  let run = first;

  const isVariant = (number: number | undefined) =>
    variants.peek().some((variant) => variant.run === number);

  function cacheOf(number: number): FrameCache {
    if (number === 0) return cache;
    const found = variantCaches.get(number) ?? new FrameCache(CACHE_BYTES / 4);
    variantCaches.set(number, found);
    return found;
  }

  function tracksOf(number: number): Trace {
    if (number === 0) return trace.peek();
    return variants.peek().find((variant) => variant.run === number)?.trace ?? {};
  }

  function forget(): void {
    cache.clear();
    variantCaches.clear();
    requests.clear();
    held.value += 1;
  }

  function advanceTo(newer: number): boolean {
    if (newer <= run) return false;
    run = newer;
    forget();
    return true;
  }

  function pump(): void {
    if (link.state.peek() !== "live") return;
    const wants = wanted();
    requests.want(wants);
    if (status.peek() !== "running" && wants.length === 0) fetchAhead();
  }

  /** What is drawn but not here yet. The kernel itself sends the newest masks of the class drawn. */
  function wanted(): Want[] {
    const streaming = status.peek() === "running" && follow.peek();
    const all: ClassOfRun[] = [{ run: 0, target: target.peek() }, ...[...watched.values()].flat()];
    const wants: Want[] = [];
    for (const { run: number, target: each } of all) {
      if (number === 0 && streaming && each === target.peek()) continue;
      const near = nearest(tracksOf(number)[String(each)]?.frames ?? [], iteration.peek());
      if (near < 0 || cacheOf(number).has(each, near)) continue;
      wants.push({ target: each, iteration: near, run: number || undefined });
    }
    return wants;
  }

  /** What a person may look at next: the last mask of each class, then this class's history. */
  function fetchAhead(): void {
    // Half of the cache at most, so that fetching ahead never drops what was just seen.
    const size = cache.nearest(target.peek(), iteration.peek())?.data.byteLength ?? 0;
    if (size === 0 || cache.bytes + size > cache.limit / 2) return;
    const missing = (t: number, i: number) => i >= 0 && !cache.has(t, i);
    for (const { index } of classes.peek()) {
      const last = trace.peek()[String(index)]?.frames.at(-1) ?? -1;
      if (missing(index, last) && requests.ahead({ target: index, iteration: last })) return;
    }
    for (const frame of coarseToFine(track.peek()?.frames ?? [])) {
      const want = { target: target.peek(), iteration: frame };
      if (missing(want.target, frame) && requests.ahead(want)) return;
    }
  }

  return {
    keyframes: computed(() => {
      held.value;
      const kept = track.value?.frames ?? [];
      const newest = cache.newest(target.value);
      return newest > (kept.at(-1) ?? -1) ? [...kept, newest] : kept;
    }),
    best: () => cache.nearest(target.peek(), iteration.peek()),
    maskOf({ run: number, target: each }) {
      held.value;
      return cacheOf(number).nearest(each, iteration.value);
    },
    watch(view, masks) {
      if (masks.length > 0) watched.set(view, masks);
      else watched.delete(view);
      pump();
    },
    put(frame) {
      const other = isVariant(frame.run);
      if (!other && (frame.run < run || frame.target < 0)) return false;
      const kept = cacheOf(other ? frame.run : 0);
      // The kernel sends again what is drawn; frames of one run never contradict each other, and to
      // draw the same once more would cost a large picture its quickness.
      if (kept.has(frame.target, frame.iteration)) return true;
      kept.put(frame);
      held.value += 1;
      return true;
    },
    advanceTo: (newer) => !isVariant(newer) && advanceTo(newer),
    pump,
    changed() {
      held.value += 1;
    },
    clear() {
      watched.clear();
      forget();
    },
  };
}
