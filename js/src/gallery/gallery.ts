/** The strip of thumbnails above a Gallery's panel as an anywidget. */

import type { Model } from "../kernel/model";
import { createViews, type Views } from "../kernel/views";
import { write } from "../kernel/writing";
import { create } from "../support/elements";
import { Strip } from "./strip";

export default () => {
  let views: Views | undefined;
  let beats = 0;

  return {
    initialize({ model }: { model: Model }) {
      views = createViews(
        // A trait that stays the same is not sent.
        (said) => write(model, "_views", { ...said, beat: ++beats }),
        () => model.get("status") === "running",
      );
      return () => views?.close();
    },

    render({ model, el }: { model: Model; el: HTMLElement }) {
      const ended = new AbortController();
      const root = create("div", "xwidget-gallery xg-around");
      el.append(root);
      const strip = new Strip(model, root, ended.signal);
      const changes: [string, () => void][] = [
        ["change:_items", () => strip.drawItems()],
        ["change:status", () => strip.drawItems()],
        ["change:_pictures", () => strip.drawPictures()],
        ["change:_evidence", () => strip.drawPictures()],
        ["change:show", () => strip.drawPictures()],
        ["change:opened", () => strip.drawOpened()],
        ["change:_shown", () => strip.drawShown()],
        ["change:paused", () => strip.drawItems()],
      ];
      for (const [event, draw] of changes) model.on(event, draw);
      const gone = views?.add(root);
      return () => {
        gone?.();
        for (const [event, draw] of changes) model.off(event, draw);
        ended.abort();
        root.remove();
      };
    },
  };
};
