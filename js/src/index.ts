/** The anywidget: an Inspector before a kernel, which sends the second script. */
import { createInspector } from "./inspector";
import { RunBar } from "./panel/runbar";
import { loadAnnotate } from "./panel/second_script";
import { Settings } from "./panel/settings";
import { Testing } from "./panel/testing";

export default () =>
  createInspector({
    kernel: { RunBar, Settings, Testing },
    async annotate({ wire: { model, listen } }) {
      const sent = () => model.get("_annotate") as string;
      // To a page that has greeted.
      if (!sent()) await new Promise<void>((go) => listen("change:_annotate", go));
      return loadAnnotate(sent());
    },
  });
