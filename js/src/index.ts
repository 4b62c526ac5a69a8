/** The anywidget: one store a model, any number of views of it. */
import { h, render } from "preact";
import { Panel } from "./components/panel";
import { isOurs } from "./keys";
import type { Model } from "./model";
import { createStore, type Store } from "./store";
import { createUi } from "./ui";

export default () => {
  let store: Store | undefined;
  let greeted = false;

  return {
    initialize({ model }: { model: Model }) {
      store = createStore(model);
      return () => store?.close();
    },

    render({ el }: { model: Model; el: HTMLElement }) {
      if (!store) throw new Error("The Inspector was shown before it was set up.");
      const ended = new AbortController();
      const root = document.createElement("div");
      root.className = "xwidget-inspector";
      el.append(root);
      root.addEventListener(
        "keydown",
        (event) => {
          if (isOurs(event)) event.stopPropagation();
        },
        { signal: ended.signal },
      );
      // Notebook 7 takes its shortcuts on the way down, where stopping comes too late: it asks for this.
      window.addEventListener(
        "keydown",
        (event) => {
          const { target } = event;
          if (!(target instanceof Element && root.contains(target))) return;
          // On the very element: the search for a shortcut begins there and ends at the mark.
          target.toggleAttribute("data-lm-suppress-shortcuts", isOurs(event));
        },
        { signal: ended.signal, capture: true },
      );
      render(h(Panel, { ui: createUi(root, store, ended.signal) }), root);
      if (!greeted) store.connect();
      greeted = true;
      return () => {
        ended.abort();
        render(null, root);
        root.remove();
      };
    },
  };
};
