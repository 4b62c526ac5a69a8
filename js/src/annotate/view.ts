/** How one view of an Inspector looks at findings and marks new ones: nothing here is kept. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Place } from "./grid";
import type { Region } from "./region";
import type { ColorBy } from "./style";

/** What drawing needs of a finding. */
export interface Marked {
  readonly id: string;
  readonly region: Region;
  readonly verdict: string;
  readonly label: string;
}

/** What drawing needs of all findings; each act is one step that can be undone. */
export interface Marks {
  readonly all: ReadonlySignal<readonly Marked[]>;
  add(region: Region): { readonly id: string };
  change(id: string, patch: { region: Region }): void;
}

/** What a region becomes that is drawn: a finding, or a part of the selected one, or none of its. */
export type Mode = "new" | "add" | "subtract";

export interface Annotating {
  on: Signal<boolean>;
  /** By its id; null for none. */
  selected: Signal<string | null>;
  /** Under the pointer, here or in a list. */
  hovered: Signal<string | null>;
  /** Not drawn, and not hit. */
  hidden: Signal<ReadonlySet<string>>;
  allHidden: ReadonlySignal<boolean>;
  /** What is drawn and hit. */
  shown: ReadonlySignal<readonly Marked[]>;
  colorBy: Signal<ColorBy>;
  mode: Signal<Mode>;
  /** Of the brush, in image pixels. */
  radius: Signal<number>;
  /** What is proposed and looked at. */
  proposed: Signal<Region | null>;
  /** What is being drawn, and the line that leads to it. */
  draft: Signal<Region | null>;
  line: Signal<readonly Place[]>;
  /** A finding that is being reshaped, as it is now. */
  change: Signal<{ id: string; region: Region } | null>;
  /** Key of the handle that has the focus. */
  handle: Signal<string | null>;
  /** What a person should know of what they just did; or "". */
  says: Signal<string>;
}

export function createAnnotating(
  ui: { ended: AbortSignal },
  marks: Pick<Marks, "all">,
): Annotating {
  const hidden = signal<ReadonlySet<string>>(new Set());
  const selected = signal<string | null>(null);
  let known: readonly Marked[] = [];
  const shown = computed(() => {
    const now = marks.all.value.filter(({ id }) => !hidden.value.has(id));
    known = steady(known, now);
    return known;
  });
  const annotating: Annotating = {
    ...{ selected, hidden, shown },
    on: signal(false),
    hovered: signal<string | null>(null),
    allHidden: computed(() => marks.all.value.length > 0 && shown.value.length === 0),
    colorBy: signal<ColorBy>("verdict"),
    mode: signal<Mode>("new"),
    radius: signal(6),
    ...{ proposed: signal<Region | null>(null), draft: signal<Region | null>(null) },
    line: signal<readonly Place[]>([]),
    change: signal<{ id: string; region: Region } | null>(null),
    handle: signal<string | null>(null),
    says: signal(""),
  };
  const unwatch = effect(() => {
    const gone =
      selected.value !== null && !marks.all.value.some(({ id }) => id === selected.value);
    if (gone) selected.value = null;
  });
  ui.ended.addEventListener("abort", unwatch);
  return annotating;
}

/**
 * What was drawn before wherever it looks as it did: an acknowledgement, or what was measured, draws
 * nothing anew.
 */
function steady(before: readonly Marked[], now: readonly Marked[]): readonly Marked[] {
  const old = new Map(before.map((each) => [each.id, each]));
  const kept = now.map((each) => {
    const was = old.get(each.id);
    return was && looksLike(was, each) ? was : each;
  });
  const same = kept.length === before.length && kept.every((each, k) => each === before[k]);
  return same ? before : kept;
}

function looksLike(a: Marked, b: Marked): boolean {
  if (a.verdict !== b.verdict || a.label !== b.label) return false;
  return a.region === b.region || JSON.stringify(a.region) === JSON.stringify(b.region);
}
