/** Playing the iterations like a film: from the one drawn, or the first, to the newest. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Store } from "./store";

/** How long all of them take, and the bounds of one, in ms. */
const WHOLE = 6000;
const SHORTEST = 60;
const LONGEST = 500;
/** For who asked for less motion: a picture at a time, with time to look. */
const CALM = 1200;
/** A mask that has not come by then is passed over. */
const PATIENCE = 1500;

export interface Player {
  playing: ReadonlySignal<boolean>;
  toggle(): void;
  pause(): void;
}

export function createPlayer(store: Store, ended: AbortSignal): Player {
  const playing = signal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wanted = -1;
  let since = 0;

  function stop(): void {
    clearTimeout(timer);
    playing.value = false;
  }

  function show(iteration: number): void {
    wanted = iteration;
    since = Date.now();
    store.scrub(iteration);
    const frames = store.keyframes.peek();
    if (iteration === frames.at(-1)) {
      stop();
      return;
    }
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const pause = Math.min(LONGEST, Math.max(SHORTEST, WHOLE / frames.length));
    timer = setTimeout(next, calm ? CALM : pause);
  }

  function next(): void {
    const late = Date.now() - since > PATIENCE;
    if (store.drawn.peek()?.iteration !== wanted && !late) {
      timer = setTimeout(next, SHORTEST);
      return;
    }
    const after = store.keyframes.peek().find((frame) => frame > wanted);
    if (after === undefined) stop();
    else show(after);
  }

  // Whoever goes elsewhere, here or in the kernel, wants to look at that.
  const unwatch = effect(() => {
    const elsewhere = store.iteration.value !== wanted;
    if (playing.peek() && elsewhere) stop();
  });
  ended.addEventListener("abort", () => {
    unwatch();
    stop();
  });

  return {
    playing,
    pause: stop,
    toggle() {
      if (playing.peek()) return stop();
      const frames = store.keyframes.peek();
      const first = frames[0];
      if (first === undefined || frames.length < 2) return;
      const newest = frames.at(-1);
      const at = store.follow.peek() ? newest : store.iteration.peek();
      const begin =
        at === newest ? first : (frames.find((frame) => frame > (at ?? first)) ?? first);
      wanted = begin;
      show(begin);
      // Last: what show() changes is not somebody else's doing.
      playing.value = begin !== newest;
    },
  };
}
