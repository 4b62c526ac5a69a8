/** What the pixels cannot say, written on them. */
import { lookWords } from "../looks";
import { isEmpty } from "../painting";
import type { Layer, LayerProps } from "./layer";

/** What is done to the picture for the eye alone. */
function Looked({ picture, pane }: LayerProps) {
  const words = lookWords(pane, picture.channel.value, picture.boost.value);
  return words ? <b class="xw-corner xw-looked">{words}</b> : null;
}

/** Why there is nothing to see. */
function Words(props: LayerProps) {
  const words = wordsOver(props);
  return words ? <p class="xw-words">{words}</p> : null;
}

function wordsOver({ picture: { store, threshold, layout }, pane }: LayerProps): string | null {
  if (pane.over !== undefined) return pane.over;
  const mask = pane.scene.mask;
  const main = pane.key === "main";
  const wanted = main ? store.target.value : layout.value === "classes" ? Number(pane.key) : null;
  const missing = wanted === null ? "" : store.missing(wanted);
  if (missing && !(main && store.testing.edited.value)) return missing;
  const running = store.status.value === "running" || store.starting.value;
  if (!mask || store.starting.value) {
    if (main) return running ? "Starting …" : "Not run yet";
    return running ? "Waiting …" : "Not run";
  }
  // A class that was just added; the picture is still another's.
  const none = !store.trace.value[String(store.target.value)]?.frames.length;
  if (main && running && none && mask.target !== store.target.value) {
    return "Waiting for its turn …";
  }
  if (pane.view === "image" || !isEmpty(mask)) return null;
  return threshold.value > 0 ? "No evidence above the threshold" : "No evidence";
}

export const looked: Layer = { View: Looked };
export const words: Layer = { View: Words };
