/** The anywidget: one store a model, any number of views of it. */
import { createStore, type Store } from "./state/store";

// State before what looks at it.

import { createUi, type Ui } from "./panel/ui";

// Both first: what is alike lies close together in the bundle, which is packed 1% smaller so.

import { h, render } from "preact";
import type { Model } from "./kernel/model";
import { createViews, type Views } from "./kernel/views";
import { Panel } from "./panel/panel";
import { isOurs, keepKeys } from "./support/keys";

/** @param ready is told of every view. */
export default (ready?: (ui: Ui) => void) => {
  let store: Store | undefined;
  let views: Views | undefined;
  let greeted = false;

  return {
    initialize({ model }: { model: Model }) {
      const made = createStore(model);
      store = made;
      views = createViews(made.shows, () => made.status.peek() === "running");
      return () => {
        views?.close();
        made.close();
      };
    },

    render({ el }: { model: Model; el: HTMLElement }) {
      if (!store) throw new Error("The Inspector was shown before it was set up.");
      const ended = new AbortController();
      const root = document.createElement("div");
      root.className = "xwidget-inspector";
      el.append(root);
      keepKeys(root, isOurs, ended.signal);
      const ui = createUi(root, store, ended.signal);
      ready?.(ui);
      render(h(Panel, { ui }), root);
      if (!greeted) store.connect();
      greeted = true;
      const gone = views?.add(root);
      return () => {
        gone?.();
        ended.abort();
        render(null, root);
        root.remove();
      };
    },
  };
};
