/** The values that a saved notebook shows without a kernel: a frame for each pane, of the class drawn. */
import type { BesidePane, Traits } from "../../kernel/contract";
import { decodeFrame, type Frame } from "../../kernel/frame";
import type { Model } from "../../kernel/model";
import { inflate, viewOf } from "../../kernel/packed";
import type { Wish } from "./fetching";
import { ONE, placesOf, sumsOf, type Values } from "./values";

/** The version of values that no kernel has told of. */
export const SAVED = "saved";

export async function openKept(
  model: Model,
  panes: readonly BesidePane[],
  target: number,
  put: (wish: Wish, values: Values) => void,
): Promise<void> {
  const kept = (model.get("_beside_kept") as Traits["_beside_kept"] | undefined) ?? {};
  for (const pane of panes) {
    const packed = kept[pane.id];
    const told = pane.targets[target];
    if (!packed || !told) continue;
    const frame = decodeFrame(viewOf(await inflate(packed)));
    put({ pane: pane.id, target, version: SAVED }, valuesOf(frame, pane.signed, told.scale));
  }
}

/** Unit values as those of a mask, signed ones around 128. */
export function valuesOf(frame: Frame, signed: boolean, scale: number): Values {
  const { channels, height, width, seq } = frame;
  const data = Int16Array.from(frame.data, (value) =>
    Math.round(ONE * (signed ? Math.max(-1, (value - 128) / 127) : value / 255)),
  );
  const values = { seq, scale, signed, channels, height, width, data };
  return { ...values, places: placesOf(sumsOf(values)) };
}
