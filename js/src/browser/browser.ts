/** The wall of thumbnails above a Browser's panel as an anywidget. */
import type { Model } from "../kernel/model";
import { create } from "../support/elements";
import { Rows } from "./rows";
import { Wall } from "./wall";

export default () => {
  let rows: Rows | undefined;

  return {
    initialize({ model }: { model: Model }) {
      rows = new Rows(model);
      return () => rows?.close();
    },

    render({ model, el }: { model: Model; el: HTMLElement }) {
      if (!rows) throw new Error("The Browser was shown before it was set up.");
      const ended = new AbortController();
      const root = create("div", "xwidget-browser xg-around");
      el.append(root);
      const wall = new Wall(model, root, rows, ended.signal);
      const changes: [string, () => void][] = [
        ["change:_listing", () => wall.drawListing()],
        ["change:_facets", () => wall.drawListing()],
        ["change:_total", () => wall.drawListing()],
        ["change:_clusters", () => wall.drawMap()],
        ["change:_refreshed", () => wall.drawRefreshed()],
        ["change:chosen", () => wall.drawChosen()],
        ["change:order", () => wall.drawListing()],
        ["change:_problem", () => wall.drawListing()],
        ["change:show", () => wall.drawShow()],
        ["change:_place", () => wall.drawPlace()],
        ["change:opened", () => wall.drawOpened()],
        ["change:_shown", () => wall.drawOpened()],
        ["change:_words", () => wall.drawOpened()],
        ["change:_classes", () => wall.drawOpened()],
      ];
      for (const [event, draw] of changes) model.on(event, draw);
      return () => {
        for (const [event, draw] of changes) model.off(event, draw);
        ended.abort();
        root.remove();
      };
    },
  };
};
