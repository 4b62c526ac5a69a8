/** What stands beside our evidence in one view, and how it is looked at there. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { BesidePane } from "../kernel/contract";
import type { Frame } from "../kernel/frame";
import type { Ui } from "../panel/ui";
import { nameOf } from "../state/classes";
import { percent } from "../support/figures";
import { shown as shownText } from "../support/texts";
import { difference, sharesOf } from "./difference";
import type { Beside } from "./state/beside";
import type { Wish } from "./state/fetching";
import type { Values } from "./state/values";

/** One picture beside the main one. */
export interface Shown {
  /** Of its pane: "beside-3", "difference-282". */
  key: string;
  /** The kernel's number of it; null for a difference, which is made here. */
  id: number | null;
  kind: BesidePane["kind"] | "difference";
  label: string;
  about: string;
  signed: boolean;
  channels: number;
  state: BesidePane["state"];
  progress: number;
  /** Why there is nothing to see, in words; or "". */
  error: string;
  scale: number;
  /** Share of the values that are beyond the scale, and drawn as its ends. */
  clipped: number;
  /** Of what the scale is, in words; or "". */
  unit: string;
  /** What must be known of the values; or "". */
  note: string;
  /** The class it is of. */
  target: number;
  /** What is drawn; null until it is here. */
  values: Values | null;
}

export interface BesideView {
  ui: Ui;
  beside: Beside;
  /** Share of the pixels that every picture shows, those it ranks first; null to show values. */
  share: Signal<number | null>;
  /** Classes whose evidence is taken from the drawn class's. */
  differences: Signal<readonly number[]>;
  /** Models, by their pane's number, whose evidence is taken from ours: what only one of them needs. */
  against: Signal<readonly number[]>;
  /** The grid of a vision transformer's tokens lies over the pictures. */
  tokens: Signal<boolean>;
  /** In their order; whether a layout has room for them or not. */
  shown: ReadonlySignal<readonly Shown[]>;
  /** The one of a pane's key; undefined for our own evidence. */
  of(key: string): Shown | undefined;
  /** Where our own evidence, as it is drawn, ranks the pixels; null until it is here. */
  own: ReadonlySignal<Values | null>;
  /** Choose the picture that is tested and edited. */
  select(key: string): void;
  /** Whether the layout has a single main picture, beside which others can stand. */
  isBeside(): boolean;
}

/** In the others every picture has a mask of its own. */
const SINGLE = ["single", "divider", "views"];

/** What every difference of two masks is. */
const DIFFERENCE = {
  id: null,
  kind: "difference",
  signed: true,
  channels: 3,
  scale: 1,
  clipped: 0,
  unit: "",
} as const;

function inWords(mask: Frame, other: Frame | Values, ours: string, theirs: string): string {
  const shares = sharesOf(mask, other);
  return `${ours} alone shows ${percent(shares.ours)} of the picture, ${theirs} alone ${percent(shares.theirs)}, both show ${percent(shares.both)}.`;
}

export function createBesideView(ui: Ui, beside: Beside): BesideView {
  const { store, ended } = ui;
  const { link, trait } = store.wire;
  // As the last view left it, so that a page shows again, or elsewhere, what was compared.
  const first = trait("_beside_choice", { share: null, differences: [], models: [] }).peek();
  const share = signal(first.share);
  const differences = signal<readonly number[]>(first.differences);
  const against = signal<readonly number[]>(first.models);

  const own = computed(() => {
    const mask = store.drawn.value;
    const values = mask && beside.valuesOf(0, mask.target);
    return values && values.places.length === mask.height * mask.width ? values : null;
  });

  const ofPane = (pane: BesidePane): Shown => {
    const target = store.target.value;
    const told = pane.targets[target];
    const values = told ? beside.valuesOf(pane.id, target) : null;
    const problem = told
      ? beside.errorOf(pane.id, target) || misfit(values)
      : store.offline.value && `No values of ${nameOf(store, target)} are on this page`;
    return {
      ...{ key: `beside-${pane.id}`, id: pane.id, kind: pane.kind, label: shownText(pane.label) },
      ...{ about: shownText(pane.about), signed: pane.signed, channels: pane.channels },
      ...{ state: pane.state, progress: pane.progress, target },
      error: shownText(pane.error || problem || ""),
      scale: told?.scale ?? 1,
      clipped: told?.clipped ?? 0,
      unit: shownText(told?.unit ?? ""),
      note: shownText(told?.note ?? ""),
      values: misfit(values) ? null : values,
    };
  };
  /** Why values cannot be drawn; or "". */
  const misfit = (values: Values | null) => {
    const image = ui.scene.value?.image;
    if (!values || !image) return "";
    const [size, expected] = [values, image].map(({ height, width }) => `${height}×${width}`);
    return size === expected ? "" : `its values have ${size} pixels, the picture ${expected}`;
  };
  const ofClass = (other: number): Shown => {
    const target = store.target.value;
    const [mask, against] = [target, other].map((each) => store.maskOf({ run: 0, target: each }));
    const values = mask && against ? difference(mask, against) : null;
    const [name, less] = [nameOf(store, target), nameOf(store, other)];
    const running = store.status.value === "running";
    return {
      ...{ ...DIFFERENCE, key: `difference-${other}`, label: `${name} − ${less}` },
      about: `Where ${name} has more evidence than ${less}, and where less.`,
      ...{ progress: 0, error: "", target, values },
      note: mask && against ? inWords(mask, against, name, less) : "",
      state: values ? "done" : running ? "running" : "waiting",
    };
  };
  const ofModel = (pane: BesidePane): Shown => {
    const target = store.target.value;
    const [mask, other] = [store.maskOf({ run: 0, target }), ofPane(pane)];
    const values = mask && other.values ? difference(mask, other.values) : null;
    const [ours, theirs] = [shownText(store.netName.value), other.label];
    return {
      ...{ ...DIFFERENCE, key: `only-${pane.id}`, label: `Difference to ${theirs}` },
      about: `What only one of them needs: ${ours} above 0, ${theirs} below; around 0, what both need or neither does.`,
      ...{ progress: other.progress, error: other.error, target, values },
      state: values || other.state !== "done" ? other.state : "waiting",
      note: mask && other.values ? inWords(mask, other.values, ours, theirs) : "",
    };
  };
  const isAgainst = ({ id, kind }: BesidePane) => kind === "model" && against.value.includes(id);
  const shown = computed(() => [
    ...beside.panes.value.flatMap((pane) =>
      isAgainst(pane) ? [ofPane(pane), ofModel(pane)] : [ofPane(pane)],
    ),
    ...differences.value.filter((each) => each !== store.target.value).map(ofClass),
  ]);

  const name = `${ui.id} beside`;
  let told = false;
  let begins = first.share !== null;
  const stops = [
    effect(() => {
      if (!begins) return;
      const silent = store.offline.value && !store.portable.value;
      begins = share.value === first.share && !own.value;
      if (!begins || !(silent || beside.errorOf(0, store.target.value))) return;
      // Ours cannot be shown by area: it is compared by value, and what was chosen stays on record.
      begins = told = false;
      share.value = null;
    }),
    effect(() => {
      const target = store.target.value;
      const wishes = beside.panes.value.flatMap(({ id, targets }): Wish[] => {
        const told = targets[target];
        return told ? [{ pane: id, target, version: String(told.seq) }] : [];
      });
      const { run } = store.progress.value;
      const version = `${run} ${store.keyframes.value.at(-1)} ${store.status.value}`;
      const own = share.value === null || !store.drawn.value ? [] : [{ pane: 0, target, version }];
      beside.want(name, [...own, ...wishes]);
    }),
    effect(() => {
      store.watch(
        name,
        [...differences.value, ...(against.value.length > 0 ? [store.target.value] : [])].map(
          (target) => ({ run: 0, target }),
        ),
      );
    }),
    effect(() => {
      const chosen = {
        ...{ share: share.value, differences: differences.value as number[] },
        models: against.value as number[],
      };
      if (told) link.write({ _beside_choice: chosen });
      told = true;
    }),
    effect(() => {
      const gone = !ui.panes.value.some(({ key }) => key === ui.selected.value);
      if (gone) ui.selected.value = "main";
    }),
  ];
  ended.addEventListener("abort", () => {
    for (const stop of stops) stop();
    beside.want(name, []);
    store.watch(name, []);
  });

  return {
    ...{ ui, beside, share, differences, against, shown, own },
    tokens: signal(false),
    of: (key) => shown.value.find((each) => each.key === key),
    select(key) {
      ui.selected.value = key;
    },
    isBeside: () => SINGLE.includes(ui.layout.value),
  };
}
