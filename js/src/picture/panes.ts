/** Which pictures a layout puts side by side. All of them show one class, iteration and place. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { sentence, shortOf, takesAway } from "../catalog/sentences";
import { signOf } from "../catalog/trust";
import type { Checks } from "../kernel/contract";
import { type Frame, spread } from "../kernel/frame";
import { classOf } from "../state/classes";
import { thresholded } from "../state/masks";
import type { SettingValues } from "../state/settings";
import type { Store } from "../state/store";
import { figuresOf, score, shortFiguresOf } from "../support/figures";
import type { Layout } from "./layouts";
import type { Looks } from "./looks";
import { dimmed, type Scene, type View } from "./painting";
import { isOfMask, viewName } from "./view_names";

/** One picture of the panel. */
export interface Pane {
  key: string;
  title: string;
  /** The title in parts: a name that may be cut, a sign of a verdict to know of, figures and a word to them. */
  head: { name: string; warns: Checks | undefined; figures: readonly [string, string] };
  view: View;
  scene: Scene;
  /** Whether its mask says what is taken away. */
  takes: boolean;
  /** What it is, in one sentence; empty before there is a mask. */
  says: string;
  /** The picture in words, where it is none of our masks: for those who cannot see it. */
  words?: string;
  /** Written on it, where that is not for the panel to know: why there is nothing to see, or "". */
  over?: string;
  /** In place of its title, as high as that; shown where `title`, its text, is not empty. */
  Title?: FunctionComponent<{ pane: Pane }>;
  /** What a test of it begins with, or why it cannot be tested; of a picture that is not our evidence. */
  tested?(): Frame | string;
}

/** What else there is to see, beside our evidence. */
export interface More {
  /** The panes of a layout with those that stand beside them, the main one first. */
  panes?(panes: readonly Pane[]): readonly Pane[];
  /** What is drawn of a mask of the main run, in place of what the threshold leaves of it. */
  shown?(mask: Frame, cut: Frame): Frame;
}

export interface Panes {
  layout: Signal<Layout>;
  /** The image with the mask drawn now; null until the image is there. */
  scene: ReadonlySignal<Scene | null>;
  /** What is drawn, the main picture first. */
  panes: ReadonlySignal<readonly Pane[]>;
  /** Key of the pane that is tested and edited: the main one, or one that stands beside it. */
  selected: Signal<string>;
  /** What the selected pane shows, whatever a person made of the explanation. */
  explained(): Frame | null;
  /** Whether the mask of a pane, by its key, is the one that a person edits: no other class's or run's. */
  isEditable(pane: string): boolean;
}

export function createPanes(
  store: Store,
  { view, views, threshold }: Looks,
  more: () => readonly More[] = () => [],
): Panes {
  const layout = signal<Layout>("single");
  const selected = signal("main");
  // Written out once, not with every mask; an image of one color comes as one pixel too.
  const base = computed(() => {
    const image = store.image.value;
    const reference = store.reference.value;
    if (!image || !reference) return null;
    // Only a flat image depends on the mask, for its size.
    const flat = image.height * image.width === 1;
    const { height, width } = flat ? (store.drawn.value ?? image) : image;
    const whole = spread(image, height, width);
    return { image: whole, reference: spread(reference, height, width), dim: dimmed(whole) };
  });
  const shown = (mask: Frame | null) => mask && thresholded(mask, threshold.value);
  const drawn = computed(() => {
    const mask = store.drawn.value;
    const cut = shown(mask);
    if (!mask || !cut) return null;
    return more().reduce((last, each) => each.shown?.(mask, cut) ?? last, cut);
  });
  const scene = computed<Scene | null>(() => {
    const mask = store.testing.edited.value ?? drawn.value;
    return base.value && { ...base.value, mask };
  });
  const panes = computed(() => {
    const main = scene.value;
    if (!main) return [];
    const sceneOf = (mask: Frame | null): Scene => ({ ...main, mask: shown(mask) });
    const own = panesOf(layout.value, store, view.value, views.value, main, sceneOf);
    return more().reduce<readonly Pane[]>((all, each) => each.panes?.(all) ?? all, own);
  });
  const paneOf = (key: string) => panes.peek().find((each) => each.key === key);
  return {
    ...{ layout, selected, scene, panes },
    explained() {
      const tested = paneOf(selected.peek())?.tested?.() ?? drawn.peek();
      if (typeof tested !== "string") return tested;
      store.say(tested);
      return null;
    },
    isEditable(pane) {
      const beside = paneOf(pane)?.tested;
      return pane === "main" || beside !== undefined || layout.peek() === "views";
    },
  };
}

function panesOf(
  layout: Layout,
  store: Store,
  view: View,
  views: readonly View[],
  main: Scene,
  sceneOf: (mask: Frame | null) => Scene,
): Pane[] {
  const { game } = store.ran.value;
  const editing = store.testing.edited.value !== null;
  // What was edited by hand is what the net sees, whatever the game.
  const away = (name: string) => takesAway(store.words.value, name);
  const takes = away(game) && !editing;
  const track = (target: number) => store.trace.value[String(target)];
  const saying = (
    mask: Frame | null,
    played: string,
    checks: Checks | undefined,
    last: number,
    edited = false,
  ) =>
    sentence({
      words: store.words.value,
      game: played,
      info: classOf(store, mask?.target),
      mask,
      // A run that was asked for has none yet: those that there are will be gone.
      checks: store.starting.value ? undefined : checks,
      last,
      edited,
    });
  const shown = main.mask;
  const of = store.checks.value[String(shown?.target)];
  const newest = track(shown?.target ?? -1)?.frames.at(-1) ?? -1;
  const says = saying(shown, game, of, newest, editing);
  const short = (mask: Frame | null, takes: boolean, edited: boolean) => {
    if (!mask) return ["…", ""] as const;
    return edited ? ([score(mask.score), "edited"] as const) : shortFiguresOf(mask, takes);
  };
  const bare = { name: "", warns: undefined, figures: ["", ""] as const };
  // Without a title it has a caption; the rest is for where it gets one.
  const head = { ...bare, figures: short(shown, takes, editing) };
  const single = { key: "main", title: "", head, view, scene: main, takes, says };
  if (layout === "views") {
    return views.map((each, k) => ({
      key: k === 0 ? "main" : each,
      title: viewName(each, takes),
      head: {
        ...bare,
        name: viewName(each, takes),
        figures: k === 0 && shown && isOfMask(each) ? short(shown, takes, editing) : bare.figures,
      },
      view: each,
      scene: main,
      takes,
      says,
    }));
  }
  const drawn = store.target.value;
  // While a class that was just added waits for its turn, the mask is still another class's.
  const own = editing || main.mask?.target === drawn ? main : { ...main, mask: null };
  type Of = Checks | undefined;
  const pane = (
    key: string,
    name: string,
    scene: Scene,
    of: Of,
    last: number,
    played = game,
  ): Pane => {
    const { mask } = scene;
    const warns = of && /doubtful|none/.test(signOf(of)) ? of : undefined;
    const edited = editing && key === "main";
    const figures = edited
      ? `${score(mask?.score)}, edited`
      : mask
        ? figuresOf(mask, away(played))
        : "…";
    const title = `${name}${warns ? `, ${warns.verdict}` : ""}: ${figures}`;
    const head = { name, warns, figures: short(mask, away(played), edited) };
    const said = saying(mask, played, of, last, edited);
    const takes = away(played) && !edited;
    return { key, title, head, view, scene, takes, says: said };
  };
  if (layout === "classes") {
    // The class drawn comes first, as its picture is the main one; the others keep their order.
    const ordered = [...store.classes.value].sort(
      (a, b) => Number(b.index === drawn) - Number(a.index === drawn),
    );
    return ordered.map((info) => {
      const { index } = info;
      const scene = index === drawn ? own : sceneOf(store.maskOf({ run: 0, target: index }));
      const last = track(index)?.frames.at(-1) ?? -1;
      const key = index === drawn ? "main" : String(index);
      return pane(key, shortOf(info), scene, store.checks.value[index], last);
    });
  }
  if (layout in store.comparisons.value) {
    const others = comparedRuns(store, layout).map(({ name, run }) => {
      const mask = run === null ? null : store.maskOf({ run, target: drawn });
      const variant = store.variants.value.find((each) => each.run === run);
      const of = variant?.checks?.[drawn];
      const last = variant?.trace[String(drawn)]?.frames.at(-1) ?? -1;
      return pane(name, name, sceneOf(mask), of, last, { ...store.ran.value, [layout]: name }.game);
    });
    const last = track(drawn)?.frames.at(-1) ?? -1;
    const tested = store.checks.value[drawn];
    return [pane("main", String(store.ran.value[layout]), own, tested, last), ...others];
  }
  return [single];
}

/** What the run is compared with, and the number of the run that did it; null before that began. */
export function comparedRuns(
  store: Pick<Store, "ran" | "comparisons" | "variants">,
  by: string,
): { name: string; run: number | null }[] {
  const ran = store.ran.value;
  const comparisons = store.comparisons.value;
  return (comparisons[by]?.others[String(ran[by])] ?? []).map((name) => {
    const wanted: SettingValues = { ...ran, [by]: name };
    const found = store.variants.value.find((variant) => {
      const had: Record<string, unknown> = { ...variant };
      return Object.keys(comparisons).every((each) => had[each] === wanted[each]);
    });
    return { name, run: found?.run ?? null };
  });
}
