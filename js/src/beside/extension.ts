/** What stands beside our evidence, as an extension of a panel. */
import type { Extension } from "../panel/extension";
import type { Ui } from "../panel/ui";
import { type Judging, panelParts } from "./panel/parts";
import { picturesOf } from "./pictures";
import type { Beside } from "./state/beside";
import style from "./styles/index.css";
import { createBesideView } from "./view";

/** @param judging what only a kernel can do; an exported page leaves it out. */
export function extensionOf(ui: Ui, beside: Beside, judging?: Judging): Extension<Ui> {
  const view = createBesideView(ui, beside);
  const { Title, ...parts } = panelParts(view, judging);
  const pictures = picturesOf(view, Title);
  return {
    ...{ ...pictures, ...parts, style },
    tools: { ...pictures.tools, ...parts.tools },
    layers: [...pictures.layers, ...(parts.layers ?? [])],
  };
}
