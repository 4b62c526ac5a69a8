/** The layers, from the lowest to the topmost. To add one: its file, and an entry here. */
import { cursor } from "./cursor";
import { divider } from "./divider";
import type { Layer } from "./layer";
import { loupe } from "./loupe";
import { pins } from "./pins";
import { pixelValues } from "./pixel_values";
import { looked, words } from "./words";

export const LAYERS: readonly Layer[] = [
  ...[divider, pixelValues, pins, cursor, loupe, looked, words],
];
