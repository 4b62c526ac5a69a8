/** A lesson's sheet beside a panel as an anywidget. */
import type { Model } from "../kernel/model";
import { create } from "../support/elements";
import { Sheet } from "./sheet";

export default {
  render({ model, el }: { model: Model; el: HTMLElement }) {
    const ended = new AbortController();
    const root = create("div", "xwidget-lesson");
    el.append(root);
    new Sheet(model, root, ended.signal);
    return () => {
      ended.abort();
      root.remove();
    };
  },
};
