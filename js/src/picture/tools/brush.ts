/** Draws on the mask that the net is asked about; the first stroke begins the edited mask. */
import { computed, type Signal, signal } from "@preact/signals";
import { type Brush, radii } from "../../state/masks";
import type { Surface } from "../surface";
import type { Tool } from "./tool";

export interface BrushTool extends Tool {
  settings: Signal<Brush>;
  /** The brush's radius at first and at most, in image pixels. */
  radii(): { first: number; most: number };
}

export function createBrush(surface: Surface): BrushTool {
  const { testing } = surface.store;
  const settings = signal<Brush>({ mode: "erase", radius: 1, channels: [true, true, true] });
  let from = { x: 0, y: 0 };

  function draw(x: number, y: number): void {
    const source = surface.explained();
    if (!source) return;
    if (!testing.edited.peek()) testing.test(source);
    // As a stroke has it: a pixel's middle is a whole number.
    const to = { x: x - 0.5, y: y - 0.5 };
    testing.draw(settings.peek(), source, from, to);
    from = to;
  }
  function dab(x: number, y: number): void {
    from = { x: x - 0.5, y: y - 0.5 };
    draw(x, y);
  }
  const sizes = () => {
    const { width = 0, height = 0 } = surface.scene.value?.image ?? {};
    return radii(width, height);
  };

  return {
    settings,
    radii: sizes,
    reach: computed(() => settings.value.radius),
    begin() {
      settings.value = { mode: "erase", radius: sizes().first, channels: [true, true, true] };
    },
    down(at) {
      if (at.button !== 0 || !surface.isEditable(at.pane)) return false;
      dab(at.x, at.y);
      return true;
    },
    move: (at) => draw(at.x, at.y),
    up: testing.lift,
    cancel: testing.cancel,
    // Two dabs are not meant to show the whole image.
    double: (at) => surface.isEditable(at.pane),
    keys: {
      " ": (at) => {
        if (!surface.isEditable(at.pane)) return false;
        dab(at.x, at.y);
        testing.lift();
        return true;
      },
    },
    help: {
      Testing: [
        ["Drag, Space", "draw, dab with the brush, where one is chosen"],
        ["Middle button", "move the picture while a brush is chosen"],
      ],
    },
  };
}
