/** The anywidget: one store a model, any number of views of it. */
import { createStore, type Store } from "./state/store";

// State before what looks at it.

import { createUi, type Ui } from "./panel/ui";

// Both first: what is alike lies close together in the bundle, which is packed 1% smaller so.

import { h, render } from "preact";
import type { Model } from "./kernel/model";
import { createViews, type Views } from "./kernel/views";
import { Panel } from "./panel/panel";
import { type Annotate, afterPaint, loadAnnotate } from "./panel/second_script";
import { isOurs, keepKeys } from "./support/keys";

/**
 * @param ready is told of every view.
 * @param annotate the second script, where it need not be loaded.
 */
export default (ready?: (ui: Ui) => void, annotate?: Annotate) => {
  let store: Store | undefined;
  let views: Views | undefined;
  let greeted = false;
  let second: Promise<(ui: Ui) => void> | undefined;

  async function extend(of: Store): Promise<(ui: Ui) => void> {
    const { model, listen } = of.wire;
    const sent = () => model.get("_annotate") as string;
    // The kernel sends it to a page that has greeted.
    if (!annotate && !sent()) await new Promise<void>((go) => listen("change:_annotate", go));
    const script = annotate ?? (await loadAnnotate(sent()));
    of.wire.ended.throwIfAborted();
    const shared = script.createStore(of);
    return (ui) => {
      ui.extension.value = script.createView(ui, shared);
    };
  }

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
      const known = store;
      if (!known) throw new Error("The Inspector was shown before it was set up.");
      const ended = new AbortController();
      const root = document.createElement("div");
      root.className = "xwidget-inspector";
      el.append(root);
      keepKeys(root, isOurs, ended.signal);
      const ui = createUi(root, known, ended.signal);
      ready?.(ui);
      render(h(Panel, { ui }), root);
      if (!greeted) known.connect();
      greeted = true;
      afterPaint(async () => {
        try {
          second ??= extend(known);
          const added = await second;
          if (!ended.signal.aborted) added(ui);
        } catch (error) {
          known.say(
            `Findings and help could not be loaded: ${error instanceof Error ? error.message : error}.`,
          );
        }
      }, ended.signal);
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
