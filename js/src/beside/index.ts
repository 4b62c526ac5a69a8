/**
 * What may stand beside our evidence: other methods, models and arrays, and another class; all of them at
 * equal area. It is bundled apart from the panel and loaded when it is first asked for; see
 * js/src/panel/scripts.ts.
 */
import type { Extension } from "../panel/extension";
import type { Ui } from "../panel/ui";
import type { Store } from "../state/store";
import { extensionOf } from "./extension";
import { Compared } from "./panel/compared";
import { Measures } from "./panel/measures";
import { Methods } from "./panel/methods";
import { type Beside, createBeside } from "./state/beside";

/** What all views of one Inspector share. */
export function createStore(store: Store): Beside {
  return createBeside(store);
}

/** What one view adds to its panel. */
export function createView(ui: Ui, beside: Beside): Extension<Ui> {
  return extensionOf(ui, beside, { Compared, Measures, Methods });
}
