/** Moves the enlarged picture with whatever drags and means nothing else, or with the middle button. */
import type { Surface } from "../surface";
import type { Tool } from "./tool";

export function createPan(surface: Surface): Tool {
  return {
    always: true,
    down: (at) => at.button === 1,
    drag: () => true,
    move: ({ by }) => surface.pan(by.x, by.y),
    double() {
      surface.zoom(0);
      return true;
    },
    help: {
      "With a pointer": [
        ["Drag", "move the enlarged picture"],
        ["Double click", "whole image"],
      ],
    },
  };
}
