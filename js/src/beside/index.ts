/**
 * What may stand beside our evidence: other methods, models and arrays, and another class; all of them at
 * equal area. It is bundled apart from the panel and loaded when it is first asked for; see
 * js/src/panel/scripts.ts.
 */
import type { Extension } from "../panel/extension";
import type { Ui } from "../panel/ui";
import type { Store } from "../state/store";
import { panelParts } from "./panel/parts";
import { picturesOf } from "./pictures";
import { type Beside, createBeside } from "./state/beside";
import style from "./styles/index.css";
import { createBesideView } from "./view";

/** What all views of one Inspector share. */
export function createStore(store: Store): Beside {
  return createBeside(store);
}

/** What one view adds to its panel. */
export function createView(ui: Ui, beside: Beside): Extension<Ui> {
  const view = createBesideView(ui, beside);
  const { Title, ...parts } = panelParts(view);
  const pictures = picturesOf(view, Title);
  return {
    ...{ ...pictures, ...parts, style },
    tools: { ...pictures.tools, ...parts.tools },
    layers: [...pictures.layers, ...(parts.layers ?? [])],
  };
}
