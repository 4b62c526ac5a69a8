/** The handles of the selected finding: which are there, which is meant, and what moving one does. */
import { batch, computed, type ReadonlySignal } from "@preact/signals";
import { around } from "../support/walking";
import type { Place } from "./grid";
import type { Region } from "./region";
import { type Handle, handlesOf, keyAfter, reshaped, without } from "./reshape";
import type { Pen } from "./tools/pen";

/** Handles are as far apart as a finger needs, in CSS px. */
const APART = 20;
/** How near to a handle is on it, for a mouse and for a finger, in CSS px: half a target. The nearest is meant. */
const REACH = { mouse: 12, touch: 14 };
/** While these are chosen a press on a handle draws: what they mark has none, or begins inside of it. */
const DRAWING = ["region", "paint", "point"];

export interface Handles {
  /** Those of the selected finding, as it is now; none while something is drawn. */
  all: ReadonlySignal<readonly Handle[]>;
  /** The one that is meant at a place. */
  at(place: Place, event: object): Handle | null;
  /** Show what becomes of the finding with a handle at another place; `keep` makes it so. */
  drag(handle: Handle, to: Place): void;
  keep(): void;
  giveUp(): boolean;
  /** Move the focus to the next handle or back, to the first one at first. */
  go(by: number): void;
  /** The one that has the focus. */
  focused: ReadonlySignal<Handle | null>;
  /** Move that by so many pixels. */
  nudge(dx: number, dy: number): void;
  /** Take its point out of a polygon; false where it is none. */
  remove(): boolean;
}

export function createHandles(pen: Pen): Handles {
  const { annotating, ui, marks, keep, giveUp } = pen;
  const { selected, change, handle: focusedKey } = annotating;

  /** The selected finding's region, as it is now. */
  const region = computed<Region | null>(() => {
    const id = selected.value;
    if (change.value) return change.value.id === id ? change.value.region : null;
    const hidden = id === null || annotating.hidden.value.has(id);
    return hidden ? null : (marks.all.value.find((each) => each.id === id)?.region ?? null);
  });
  const all = computed<readonly Handle[]>(() => {
    if (!annotating.on.value || !region.value) return [];
    const { draft, proposed, line } = annotating;
    if (draft.value || proposed.value || line.value.length > 0) return [];
    const handles = handlesOf(region.value, APART / ui.placement.value.scale);
    // A brush or a click in the middle of what is selected is meant for what lies there.
    return DRAWING.includes(ui.chosen.value ?? "") && !change.value ? [] : handles;
  });
  const focused = computed(
    () => all.value.find(({ key }) => key === focusedKey.value) ?? all.value[0] ?? null,
  );

  function become(next: Region | null): void {
    const id = selected.peek();
    if (id !== null && next) change.value = { id, region: next };
  }
  return {
    ...{ all, focused, keep, giveUp },
    at([x, y], event) {
      const touch = (event as Partial<PointerEvent>).pointerType === "touch";
      const reach = (touch ? REACH.touch : REACH.mouse) / ui.placement.peek().scale;
      let [found, least]: [Handle | null, number] = [null, reach];
      for (const each of all.peek()) {
        const off = Math.hypot(each.x - x, each.y - y);
        if (off < least) [found, least] = [each, off];
      }
      return found;
    },
    drag(handle, to) {
      const was = pen.chosen();
      if (was) become(reshaped(was.region, handle, to, pen.size()));
    },
    go(by) {
      const at = all.peek().findIndex(({ key }) => key === focused.peek()?.key);
      focusedKey.value = all.peek()[around(at, by, all.peek().length)]?.key ?? null;
    },
    nudge(dx, dy) {
      const [now, handle] = [region.peek(), focused.peek()];
      if (!now || !handle) return;
      batch(() => {
        become(reshaped(now, handle, [handle.x + dx, handle.y + dy], pen.size()));
        focusedKey.value = keyAfter(handle);
      });
    },
    remove() {
      const [now, handle] = [region.peek(), focused.peek()];
      const less = now && handle && without(now, handle);
      if (!less) return false;
      become(less);
      keep();
      return true;
    },
  };
}
