/** Which pictures a layout puts side by side. All of them show one class, iteration and place. */
import { viewName } from "./looks";
import type { Checks } from "./model";
import type { Scene, View } from "./picture";
import type { Comparison, Frame } from "./protocol";
import type { Store } from "./store";
import { signOf } from "./trust";
import type { Layout, Pane } from "./ui";
import { figuresOf, score, shortName, takesAway } from "./words";

export function panesOf(
  layout: Layout,
  store: Store,
  view: View,
  views: readonly View[],
  main: Scene,
  sceneOf: (mask: Frame | null) => Scene,
): Pane[] {
  const { game } = store.ran.value;
  const editing = store.probe.mask.value !== null;
  // What was edited by hand is what the net sees, whatever the game.
  const takes = takesAway(game) && !editing;
  const single = { key: "main", title: "", view, scene: main, takes };
  if (layout === "views") {
    return views.map((each, k) => ({
      key: k === 0 ? "main" : each,
      title: viewName(each, takes),
      view: each,
      scene: main,
      takes,
    }));
  }
  const drawn = store.target.value;
  // While a class that was just added waits for its turn, the mask is still another class's.
  const own = editing || main.mask?.target === drawn ? main : { ...main, mask: null };
  type Of = Checks | undefined;
  const pane = (key: string, name: string, scene: Scene, of: Of, played = game): Pane => {
    const { mask } = scene;
    const warned = of && signOf(of) === "doubtful" ? ", doubtful" : "";
    const edited = editing && key === "main";
    const figures = edited ? `${score(mask?.score)}, edited` : mask ? figuresOf(mask, played) : "…";
    const title = `${name}${warned}: ${figures}`;
    return { key, title, view, scene, takes: takesAway(played) && !edited };
  };
  if (layout === "classes") {
    // The class drawn comes first, as its picture is the main one; the others keep their order.
    const ordered = [...store.classes.value].sort(
      (a, b) => Number(b.index === drawn) - Number(a.index === drawn),
    );
    return ordered.map(({ index, name }) =>
      index === drawn
        ? pane("main", shortName(name), own, store.checks.value[index])
        : pane(
            String(index),
            shortName(name),
            sceneOf(store.maskOf({ run: 0, target: index })),
            store.checks.value[index],
          ),
    );
  }
  if (layout === "game" || layout === "defense") {
    const others = besides(store, layout).map(({ name, run }) => {
      const mask = run === null ? null : store.maskOf({ run, target: drawn });
      const variant = store.variants.value.find((each) => each.run === run);
      const of = variant?.checks?.[drawn];
      return pane(name, name, sceneOf(mask), of, layout === "game" ? name : game);
    });
    return [pane("main", store.ran.value[layout], own, store.checks.value[drawn]), ...others];
  }
  return [single];
}

/** What the run is compared with, and the number of the run that did it; null before that began. */
export function besides(store: Store, by: Comparison): { name: string; run: number | null }[] {
  const ran = store.ran.value;
  const other = by === "game" ? "defense" : "game";
  const names =
    by === "game"
      ? store.choices.value.game
      : [ran.defense, ran.defense === "none" ? "auto" : "none"];
  return names
    .filter((name) => name !== ran[by])
    .map((name) => {
      const found = store.variants.value.find(
        (variant) => variant[by] === name && variant[other] === ran[other],
      );
      return { name, run: found?.run ?? null };
    });
}
