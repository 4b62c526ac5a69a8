/** An Inspector in a page: one store a model, any number of views of it. */
import { createStore, type Store } from "./state/store";

// State before what looks at it.

import { createUi, type Ui } from "./panel/ui";

// Both first: what is alike lies close together in the bundle, which is packed 1% smaller so.

import { h, render } from "preact";
import type { Model } from "./kernel/model";
import { createViews, type Views } from "./kernel/views";
import { type KernelParts, Panel } from "./panel/panel";
import { type Annotate, afterPaint } from "./panel/second_script";
import { isOurs, keepKeys } from "./support/keys";

export interface Parts {
  /** Returns the second script. */
  annotate(store: Store): Annotate | Promise<Annotate>;
  /** What only a kernel can do; an exported page leaves it out. */
  kernel?: KernelParts;
  /** Is told of every view. */
  ready?(ui: Ui): void;
}

export function createInspector({ annotate, kernel, ready }: Parts) {
  let store: Store | undefined;
  let views: Views | undefined;
  let greeted = false;
  let second: Promise<(ui: Ui) => void> | undefined;

  async function extend(of: Store): Promise<(ui: Ui) => void> {
    const script = await annotate(of);
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
      // Its edge, too, is the panel's.
      root.tabIndex = -1;
      root.onfocus = () => root.querySelector<HTMLElement>("*")?.focus({ preventScroll: true });
      el.append(root);
      keepKeys(root, isOurs, ended.signal);
      const ui = createUi(root, known, ended.signal);
      ready?.(ui);
      render(h(Panel, { ui, kernel }), root);
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
}
