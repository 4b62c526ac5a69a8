/** Which pictures a layout puts side by side. All of them show one class, iteration and place. */
import type { Scene, View } from "./picture";
import type { Frame } from "./protocol";
import type { Store } from "./store";
import type { Layout, Pane } from "./ui";
import { capital, percent, score, shortName } from "./words";

export function panesOf(
  layout: Layout,
  store: Store,
  view: View,
  views: readonly View[],
  main: Scene,
  sceneOf: (mask: Frame | null) => Scene | null,
): Pane[] {
  const single = { key: "main", title: "", view, scene: main };
  if (layout === "views") {
    return views.map((each, k) => ({
      key: k === 0 ? "main" : each,
      title: capital(each),
      view: each,
      scene: main,
    }));
  }
  const pane = (key: string, name: string, scene: Scene | null): Pane | null => {
    const mask = scene?.mask;
    const figures = mask ? `${score(mask.score)}, ${percent(mask.mean)} shown` : "…";
    return scene && { key, title: `${name}: ${figures}`, view, scene };
  };
  if (layout === "classes") {
    // The class drawn comes first, as its picture is the main one; the others keep their order.
    const drawn = store.target.value;
    const ordered = [...store.classes.value].sort(
      (a, b) => Number(b.index === drawn) - Number(a.index === drawn),
    );
    const panes = ordered.map(({ index, name }) =>
      index === drawn
        ? pane("main", shortName(name), main)
        : pane(String(index), shortName(name), sceneOf(store.maskOf({ run: 0, target: index }))),
    );
    return panes.filter((each) => each !== null);
  }
  if (layout === "game" || layout === "defense") {
    const target = store.target.value;
    const ran = store.ran.value;
    const other = layout === "game" ? "defense" : "game";
    const panes = [
      pane("main", ran[layout], main),
      ...store.variants.value
        .filter((variant) => variant[layout] !== ran[layout] && variant[other] === ran[other])
        .map((variant) => {
          const mask = store.maskOf({ run: variant.run, target });
          return pane(`run ${variant.run}`, variant[layout], sceneOf(mask));
        }),
    ];
    return panes.filter((each) => each !== null);
  }
  return [single];
}
