/** What belongs to one view of an Inspector alone: its pictures, and what is open around them. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Layer } from "../picture/layers/layer";
import { layersWith } from "../picture/layers/table";
import { createPicture, type Picture } from "../picture/picture";
import { createPlayer, type Player } from "../state/player";
import type { Store } from "../state/store";
import { compareWhenLookedAt } from "./compared";
import { type Extension, placesOf } from "./extension";

export interface Ui extends Picture {
  /** Begins the ids of this view's elements: ids are the whole page's. */
  id: string;
  player: Player;
  helping: Signal<boolean>;
  /** What the later scripts add, once they are there. */
  extensions: Signal<readonly Extension<Ui>[]>;
  /** Whether the menu of what may stand beside our evidence is open; what opens it is a script of its own. */
  beside: Signal<boolean>;
  layers: ReadonlySignal<readonly Layer[]>;
  /** Whether the curve shows more than scores. */
  details: Signal<boolean>;
  /** Whether the settings are unfolded. */
  settings: { value: boolean };
  /** After a control that had the focus has gone. */
  refocus(): void;
  /** The address of what is looked at; null where there is none to point to. */
  link: Signal<(() => string) | null>;
  /** Aborted when the view is gone. */
  ended: AbortSignal;
}

/** Width of a panel from which on its settings begin unfolded, in CSS px. */
const ROOMY = 800;

export function createUi(root: HTMLElement, store: Store, ended: AbortSignal): Ui {
  const extensions = signal<readonly Extension<Ui>[]>([]);
  const picture = createPicture(root, store, ended, () => extensions.value);
  const { layout, width } = picture;
  // Where there is room the settings cost nothing: they stand below, or beside, what is looked at.
  const unfolded = signal<boolean | null>(null);
  const id = `xw-${Math.random().toString(36).slice(2)}`;
  const unwatch = effect(() => {
    const classes = layout.value === "classes" ? store.classes.value : [];
    const runs = layout.value in store.comparisons.value ? store.variants.value : [];
    store.watch(id, [
      ...classes.map(({ index }) => ({ run: 0, target: index })),
      ...runs.map(({ run }) => ({ run, target: store.target.value })),
    ]);
  });
  const uncompare = compareWhenLookedAt(picture);
  ended.addEventListener("abort", () => {
    unwatch();
    uncompare();
    store.watch(id, []);
  });
  return {
    ...picture,
    ...{ id, ended, extensions },
    layers: computed(() => layersWith(placesOf(extensions.value, "layers").flat())),
    beside: signal(false),
    player: createPlayer(store, ended),
    link: signal(null),
    helping: signal(false),
    details: signal(false),
    settings: {
      get value() {
        return unfolded.value ?? width.value >= ROOMY;
      },
      set value(open: boolean) {
        unfolded.value = open;
      },
    },
    refocus() {
      root.querySelector<HTMLElement>(".xw-frame")?.focus();
    },
  };
}
