/**
 * Puts panels on a page that Python wrote, in place of the still pictures there: one on that of
 * xwidget/export/page.py; on a lesson's, js/src/handout, one after another.
 */
import { createStore, createView } from "../annotate/index";
import type { Findings } from "../annotate/state/findings";
import { extensionOf } from "../beside/extension";
import { type Beside, createBeside } from "../beside/state/beside";
import { createInspector } from "../inspector";
import { goTo } from "../panel/place";
import { LIB, type Script } from "../panel/scripts";
import { keepAddress, linkTo } from "./address";
import { createOwnFiles } from "./files";
import { type Exported, PortableModel } from "./model";
import type { MountPanel } from "./mount";

const annotate: Script<Findings> = {
  createStore: (store) => createStore(store, createOwnFiles),
  createView,
};

const beside: Script<Beside> = {
  createStore: createBeside,
  createView: extensionOf,
};

/** Where a page has something to ask, the fourth script stands before this one. */
const globals = globalThis as unknown as { xwidgetGuess(lib: typeof LIB): Script };

const mount: MountPanel = async (host, data, place, wanted) => {
  const model = await PortableModel.open(data as Exported);
  if (wanted?.() === false) return null;
  const widget = createInspector({
    annotate: () => annotate as Script,
    beside: () => beside as Script,
    guess: () => globals.xwidgetGuess(LIB),
    ready(ui) {
      if (place !== undefined) {
        goTo(ui, place);
        return;
      }
      ui.link.value = () => linkTo(ui);
      keepAddress(ui);
    },
  });
  const end = widget.initialize({ model });
  host.replaceChildren();
  const remove = widget.render({ model, el: host });
  return {
    model,
    close() {
      remove();
      end();
    },
  };
};

const host = document.getElementById("xwidget");
const data = document.getElementById("xwidget-data");
if (host && data) {
  mount(host, JSON.parse(data.textContent ?? "")).catch((error: unknown) => {
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent =
      "This browser shows only the still picture; a newer one shows the interactive panel " +
      `(${error instanceof Error ? error.message : error}).`;
    host.append(words);
  });
}
// For the script of a lesson, which stands behind this one.
Object.assign(globalThis, { xwidgetPanel: mount });
