/** The tools, in the order in which they are asked. To add one: its file, and an entry here. */
import type { Surface } from "../surface";
import { createBrush } from "./brush";
import { createCursor } from "./cursor";
import { createPan } from "./pan";
import { createPin } from "./pin";
import type { Tool } from "./tool";
import { createZoom } from "./zoom";

const TOOLS = {
  cursor: createCursor,
  zoom: createZoom,
  brush: createBrush,
  pin: createPin,
  pan: createPan,
} satisfies Record<string, (surface: Surface) => Tool>;

export type Tools = { [K in keyof typeof TOOLS]: ReturnType<(typeof TOOLS)[K]> };

export function createTools(surface: Surface): Tools {
  const made = Object.entries(TOOLS).map(([name, create]) => [name, create(surface)]);
  return Object.fromEntries(made) as Tools;
}
