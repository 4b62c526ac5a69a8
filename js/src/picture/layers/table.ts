/** The layers. To add one: its file, and an entry here. */
import { cursor } from "./cursor";
import { divider } from "./divider";
import type { Layer } from "./layer";
import { pins } from "./pins";
import { pixelValues } from "./pixel_values";
import { looked, words } from "./words";

/** From the lowest to the topmost, with those that come from elsewhere in their place. */
export function layersWith(more: readonly Layer[] = []): readonly Layer[] {
  return [...[divider, pixelValues, pins], ...more, ...[cursor, looked, words]];
}
