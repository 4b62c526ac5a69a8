/** Puts the panel on a page that xwidget/export/page.py wrote, in place of the still picture there. */
import { createStore, createView } from "../annotate/index";
import type { Findings } from "../annotate/state/findings";
import { extensionOf } from "../beside/extension";
import { type Beside, createBeside } from "../beside/state/beside";
import { createInspector } from "../inspector";
import type { Script } from "../panel/scripts";
import { keepAddress, linkTo } from "./address";
import { createOwnFiles } from "./files";
import { type Exported, PortableModel } from "./model";

const annotate: Script<Findings> = {
  createStore: (store) => createStore(store, createOwnFiles),
  createView,
};

const beside: Script<Beside> = {
  createStore: createBeside,
  createView: extensionOf,
};

async function show(host: HTMLElement, text: HTMLElement): Promise<void> {
  const data = JSON.parse(text.textContent ?? "") as Exported;
  const model = await PortableModel.open(data);
  const widget = createInspector({
    annotate: () => annotate as Script,
    beside: () => beside as Script,
    ready(ui) {
      ui.link.value = () => linkTo(ui);
      keepAddress(ui);
    },
  });
  widget.initialize({ model });
  host.replaceChildren();
  widget.render({ model, el: host });
}

const host = document.getElementById("xwidget");
const data = document.getElementById("xwidget-data");
if (host && data) {
  show(host, data).catch((error: unknown) => {
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent =
      "This browser shows only the still picture; a newer one shows the interactive panel " +
      `(${error instanceof Error ? error.message : error}).`;
    host.append(words);
  });
}
