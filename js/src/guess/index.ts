/**
 * Guess first, and locked controls: a question is answered before the panel shows what the network relies
 * on. It is bundled apart from the panel, which waits for it where something is asked or locked; see
 * js/src/panel/scripts.ts.
 */
import type { Extension } from "../panel/extension";
import type { Ui } from "../panel/ui";
import type { Store } from "../state/store";
import { keepLocked } from "./locking";
import { cardOf } from "./panel/card";
import { panesOf } from "./panes";
import { createGuessing, type Guessing } from "./state/guessing";
import style from "./styles/guess.css";
import { createBrush } from "./tool";
import { createGuessView } from "./view";

/** What all views of one Inspector share. */
export function createStore(store: Store): Guessing {
  return createGuessing(store);
}

/** What one view adds to its panel. */
export function createView(ui: Ui, guessing: Guessing): Extension<Ui> {
  const view = createGuessView(ui, guessing);
  const lock = keepLocked(ui, guessing);
  const added: Extension<Ui> = {
    tools: { guess: createBrush(view) },
    panes: (panes) => panesOf(view, panes),
    Bar: cardOf(view),
    get style() {
      return style + lock.style();
    },
  };
  view.stayLast(added);
  return added;
}
