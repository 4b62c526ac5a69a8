/** A picture in words, for those who cannot see it. */
import { nameOf } from "../state/classes";
import { whereabouts } from "../state/masks";
import { figuresOf, score } from "../support/figures";
import type { Pane } from "./panes";
import type { Picture } from "./picture";
import { isOfMask, viewWords } from "./view_names";

/** Where the evidence lies is said at rest: nobody could follow it live. */
export function describe({ store }: Picture, pane: Pane): string {
  if (pane.words !== undefined) return pane.words;
  const mask = pane.scene.mask;
  if (!mask) return "The image; no mask yet";
  const view = viewWords(pane.view, pane.takes);
  const edited = store.testing.edited.value === mask ? ", edited" : "";
  const busy = store.status.value === "running" || store.testing.drawing.value;
  const where = busy ? "" : `; ${whereabouts(mask)}`;
  const all = edited ? score(mask.score) : figuresOf(mask, pane.takes);
  const figures = isOfMask(pane.view) ? `: score ${all}` : "";
  return (
    `${view} for ${nameOf(store, mask.target)} at iteration ${mask.iteration}${edited}` +
    `${figures}${where}. ${pane.says}`
  );
}
