/** An Inspector in a page: one store a model, any number of views of it. */
import { createStore, type Store } from "./state/store";

// State before what looks at it.

import { createUi, type Ui } from "./panel/ui";

// Both first: what is alike lies close together in the bundle, which is packed 1% smaller so.

import { effect } from "@preact/signals";
import { h, render } from "preact";
import type { Model } from "./kernel/model";
import { createViews, type Views } from "./kernel/views";
import { type KernelParts, Panel } from "./panel/panel";
import { afterPaint, type Script } from "./panel/scripts";
import { isOurs, keepKeys } from "./support/keys";

export interface Parts {
  /** Returns the script with findings and help. */
  annotate(store: Store): Script | Promise<Script>;
  /** The script with other methods and models, once something of it is asked for. */
  beside(store: Store): Script | Promise<Script>;
  /** The script with questions and locked controls. */
  guess(store: Store): Script | Promise<Script>;
  /** What only a kernel can do; an exported page leaves it out. */
  kernel?: KernelParts;
  /** Is told of every view. */
  ready?(ui: Ui): void;
}

export function createInspector({ kernel, ready, ...scripts }: Parts) {
  let store: Store | undefined;
  let views: Views | undefined;
  let greeted = false;
  /** By script: what adds it to a view. */
  const loading = new Map<string, Promise<(ui: Ui) => void>>();

  async function load(of: Store, name: keyof typeof scripts): Promise<(ui: Ui) => void> {
    const script = await scripts[name](of);
    of.wire.ended.throwIfAborted();
    const shared = script.createStore(of);
    return (ui) => {
      ui.extensions.value = [...ui.extensions.peek(), script.createView(ui, shared)];
    };
  }

  /** Add a script to a view; false where it cannot be had now. */
  async function extend(ui: Ui, name: keyof typeof scripts, what: string): Promise<boolean> {
    try {
      const loaded = loading.get(name) ?? load(ui.store, name);
      loading.set(name, loaded);
      const add = await loaded;
      if (!ui.ended.aborted) add(ui);
      return true;
    } catch (error) {
      loading.delete(name);
      ui.store.say(
        `${what} could not be loaded: ${error instanceof Error ? error.message : error}.`,
      );
      return false;
    }
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

    render({ model, el }: { model: Model; el: HTMLElement }) {
      const known = store;
      if (!known) throw new Error("It was shown before it was set up.");
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
      // Where something is asked first, or locked, nothing is drawn before that is known.
      const show = () => ended.signal.aborted || render(h(Panel, { ui, kernel }), root);
      const guard = () => extend(ui, "guess", "The question").then(show);
      known.wire.listen("change:_guess_script", guard);
      void (model.get("_guess_script") ? guard : show)();
      if (!greeted) known.connect();
      greeted = true;
      afterPaint(() => void extend(ui, "annotate", "Findings and help"), ended.signal);
      let asked = false;
      let tried = false;
      // A share or a class, whose number stands there once it is chosen, is shown again as a pane is.
      const chosen = /\d/.test(JSON.stringify(model.get("_beside_choice")));
      const unwatch = effect(() => {
        const wanted = ui.beside.value || ((chosen || known.beside.value.length) && !tried);
        if (asked || !wanted) return;
        asked = tried = true;
        afterPaint(async () => {
          asked = await extend(ui, "beside", "Other methods, models and classes");
          if (!asked) ui.beside.value = false;
        }, ended.signal);
      });
      const gone = views?.add(root);
      return () => {
        gone?.();
        ended.abort();
        unwatch();
        render(null, root);
        root.remove();
      };
    },
  };
}
