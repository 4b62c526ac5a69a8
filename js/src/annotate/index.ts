/**
 * Findings and help, the loupe and the table of pinned pixels. It is bundled apart from the panel, which hands it Preact and
 * draws what it returns; see js/src/panel/scripts.ts.
 */
import type { Extension } from "../panel/extension";
import type { Ui } from "../panel/ui";
import { loupe } from "../picture/layers/loupe";
import type { Store } from "../state/store";
import { HelpDialog } from "./panel/help";
import { panelParts } from "./panel/parts";
import { PinTable } from "./panel/pins";
import { createPanel } from "./panel/view";
import type { CreateFiles } from "./state/files";
import { createFindings, type Findings } from "./state/findings";
import style from "./styles/index.css";

/** What all views of one Inspector share. */
export function createStore(store: Store, files?: CreateFiles): Findings {
  return createFindings(store, files);
}

/** What one view adds to its panel. */
export function createView(ui: Ui, findings: Findings): Extension<Ui> {
  const { layers = [], ...parts } = panelParts(createPanel(ui, findings));
  return { ...parts, layers: [...layers, loupe], style, Below: PinTable, Help: HelpDialog };
}
