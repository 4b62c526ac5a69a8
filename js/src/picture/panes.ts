/** Which pictures a layout puts side by side. All of them show one class, iteration and place. */

import { sentence, shortOf, takesAway } from "../catalog/says";
import { signOf } from "../catalog/trust";
import type { Checks, Comparison } from "../kernel/contract";
import type { Frame } from "../kernel/frame";
import type { Store } from "../state/store";
import { figuresOf, score, shortFiguresOf } from "../support/words";
import { viewName } from "./looks";
import type { Scene, View } from "./painting";
import type { Layout, Pane } from "./ui";

export function panesOf(
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
      info: store.classes.value.find(({ index }) => index === mask?.target),
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
  const bare = { name: "", doubtful: false, figures: ["", ""] as const };
  const single = { key: "main", title: "", head: bare, view, scene: main, takes, says };
  if (layout === "views") {
    return views.map((each, k) => ({
      key: k === 0 ? "main" : each,
      title: viewName(each, takes),
      head: {
        ...bare,
        name: viewName(each, takes),
        figures: k === 0 && shown ? short(shown, takes, editing) : bare.figures,
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
    const doubtful = of !== undefined && signOf(of) === "doubtful";
    const edited = editing && key === "main";
    const figures = edited
      ? `${score(mask?.score)}, edited`
      : mask
        ? figuresOf(mask, away(played))
        : "…";
    const title = `${name}${doubtful ? ", doubtful" : ""}: ${figures}`;
    const head = { name, doubtful, figures: short(mask, away(played), edited) };
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
  if (layout === "game" || layout === "defense") {
    const others = besides(store, layout).map(({ name, run }) => {
      const mask = run === null ? null : store.maskOf({ run, target: drawn });
      const variant = store.variants.value.find((each) => each.run === run);
      const of = variant?.checks?.[drawn];
      const last = variant?.trace[String(drawn)]?.frames.at(-1) ?? -1;
      return pane(name, name, sceneOf(mask), of, last, layout === "game" ? name : game);
    });
    const last = track(drawn)?.frames.at(-1) ?? -1;
    const tested = store.checks.value[drawn];
    return [pane("main", store.ran.value[layout], own, tested, last), ...others];
  }
  return [single];
}

/** What the run is compared with, and the number of the run that did it; null before that began. */
export function besides(
  store: Pick<Store, "ran" | "comparisons" | "variants">,
  by: Comparison,
): { name: string; run: number | null }[] {
  const ran = store.ran.value;
  const other = by === "game" ? "defense" : "game";
  const names = store.comparisons.value[by]?.[ran[by]] ?? [];
  return names.map((name) => {
    const found = store.variants.value.find(
      (variant) => variant[by] === name && variant[other] === ran[other],
    );
    return { name, run: found?.run ?? null };
  });
}
