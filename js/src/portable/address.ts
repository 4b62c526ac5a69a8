/** The page's own address: what is looked at stands in it, see js/src/panel/place.ts. */
import { effect, untracked } from "@preact/signals";
import { goTo, placeOf } from "../panel/place";
import type { Ui } from "../panel/ui";

/** Quiet time before the address follows, in ms: browsers allow some 100 changes in 30 seconds. */
const QUIET = 400;

/** Begin where the address says, and keep it true without a trace in the history. */
export function keepAddress(ui: Ui): void {
  const { hash } = location;
  if (hash) goTo(ui, hash);
  // What is added later goes where the page began.
  const told = new Set<unknown>();
  effect(() => {
    for (const each of ui.extensions.value) {
      if (told.has(each)) continue;
      told.add(each);
      if (hash) untracked(() => each.goTo?.(new URLSearchParams(hash.slice(1))));
    }
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (place: string) => {
    try {
      history.replaceState(history.state, "", `#${place}`);
    } catch {
      // A page inside another may not: its link is still to be copied.
    }
  };
  let first = true;
  effect(() => {
    const place = placeOf(ui);
    // An address that says nothing stays clean until something is changed.
    if (first && !location.hash) {
      first = false;
      return;
    }
    first = false;
    clearTimeout(timer);
    timer = setTimeout(write, QUIET, place);
  });
  window.addEventListener("hashchange", () => goTo(ui, location.hash));
}

/** The address of what is looked at now. */
export function linkTo(ui: Ui): string {
  return `${location.href.replace(/#.*$/, "")}#${placeOf(ui)}`;
}
