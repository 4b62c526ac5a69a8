/** The anywidget: an Inspector before a kernel, which sends the later scripts. */
import { createInspector } from "./inspector";
import { RunBar } from "./panel/runbar";
import { loadScript, type Script } from "./panel/scripts";
import { Settings } from "./panel/settings";
import { Testing } from "./panel/testing";
import type { Store } from "./state/store";

export default () =>
  createInspector({
    kernel: { RunBar, Settings, Testing },
    // To a page that has greeted.
    annotate: (store) => sent(store, "_annotate"),
    guess: (store) => sent(store, "_guess_script"),
    async beside(store) {
      const { model, link } = store.wire;
      if (!model.get("_beside_script")) {
        const { type } = await link.ask({ type: "beside_open" });
        if (type !== "done") throw new Error("there is no kernel that sends it");
      }
      return sent(store, "_beside_script");
    },
  });

/** A script that a trait brings, now or later. */
async function sent({ wire }: Store, trait: string): Promise<Script> {
  const source = () => wire.model.get(trait) as string;
  if (!source()) await new Promise<void>((go) => wire.listen(`change:${trait}`, go));
  return loadScript(source());
}
