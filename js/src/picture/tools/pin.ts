/** Pins the pixel that is clicked, so that its values stay in a table; or unpins it. */
import type { Pixel, Surface } from "../surface";
import type { At, Tool } from "./tool";

export function createPin(surface: Surface): Tool {
  let last: Pixel | null = null;
  const pin = ({ pixel }: At) => surface.pin(pixel.x, pixel.y);
  return {
    always: true,
    click(at) {
      pin(at);
      last = at.pixel;
      return true;
    },
    double() {
      // The first click of two was not meant to pin.
      if (last) surface.pin(last.x, last.y);
      last = null;
      return false;
    },
    keys: { Enter: pin, " ": pin },
    help: {
      "On the picture": [["Enter", "pin the pixel, or unpin it"]],
      "With a pointer": [["Click", "pin a pixel"]],
    },
  };
}
