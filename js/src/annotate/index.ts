/**
 * The second script: findings and help. It is bundled apart from the panel, which hands it Preact and
 * draws what it returns; see js/src/panel/second_script.ts.
 */
import type { Extension } from "../panel/extension";
import type { Ui } from "../panel/ui";
import type { Store } from "../state/store";
import { HelpDialog } from "./panel/help";
import style from "./styles/index.css";

export type AnnotateStore = object;

/** What all views of one Inspector share. */
export function createStore(_store: Store): AnnotateStore {
  return {};
}

/** What one view adds to its panel. */
export function createView(_ui: Ui, _shared: AnnotateStore): Extension<Ui> {
  return { tools: {}, layers: [], style, Help: HelpDialog, press: () => false };
}
