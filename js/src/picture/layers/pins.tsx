import { GRID_FROM } from "../camera";
import { at, type Layer, type LayerProps } from "./layer";

/** The numbers of the pinned pixels. */
function Pins({ picture }: LayerProps) {
  // On enlarged pixels in the corner, where it hides no value.
  const corner = picture.placement.value.scale >= GRID_FROM;
  const middle = corner ? 0 : 0.5;
  return (
    <>
      {picture.pins.value.map(({ x, y }, k) => (
        <b
          key={`${x},${y}`}
          class="xw-at xw-pin"
          data-corner={corner || undefined}
          aria-hidden="true"
          style={at(x + middle, y + middle)}
        >
          {k + 1}
        </b>
      ))}
    </>
  );
}

export const pins: Layer = { View: Pins };
