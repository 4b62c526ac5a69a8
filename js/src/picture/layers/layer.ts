/**
 * What a layer is: something that lies over a picture. Its elements say where they are in image
 * coordinates, by `at`; the one transform to the screen is the style sheet's `.xw-at`.
 */
import type { ComponentChild } from "preact";
import type { Pane } from "../panes";
import type { Picture } from "../picture";
import type { Help, Keys } from "../tools/tool";

export interface LayerProps {
  picture: Picture;
  pane: Pane;
  /** The picture's pixels as they are drawn. */
  canvas: { current: HTMLCanvasElement | null };
}

export interface Layer {
  /** Null where there is nothing to see. */
  View(props: LayerProps): ComponentChild;
  /** While the picture has the focus. */
  keys?(picture: Picture): Keys;
  help?: Help;
}

/** The style of an element of the class "xw-at": pixel (0, 0) reaches from 0 to 1. */
export function at(x: number, y: number): { "--x": number; "--y": number } {
  return { "--x": x, "--y": y };
}
