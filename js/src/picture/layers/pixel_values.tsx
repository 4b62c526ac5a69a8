/** What enlarged pixels hold, written on them. */
import { score } from "../../support/figures";
import { GRID_FROM, ROOM_FOR_ONE, ROOM_FOR_THREE, visible } from "../camera";
import { lookAt } from "../looks";
import { colorAt, isRest, LETTERS, pixelAt, remains } from "../painting";
import type { Pane } from "../panes";
import { at, type Layer, type LayerProps } from "./layer";

/** From this size on, in CSS px, there is room for a value as it is written elsewhere. */
const ROOMY = 48;

/** The grid of enlarged pixels, and where there is room what each holds in red, green and blue. */
function Values({ picture, pane }: LayerProps) {
  const placed = picture.placement.value;
  if (picture.camera.value.zoom <= 1 || placed.scale < GRID_FROM) return null;
  const { scene, view } = pane;
  const channel = picture.channel.value;
  const one = view === "heat" || channel !== null;
  const cells = [];
  if (placed.scale >= (one ? ROOM_FOR_ONE : ROOM_FOR_THREE)) {
    const look = { ...lookAt(picture, pane), boost: picture.boost.value, dark: picture.dark.value };
    const { x, y } = visible(placed, picture.size.value, scene.image);
    for (let j = y[0]; j < y[1]; j++) {
      for (let i = x[0]; i < x[1]; i++) {
        const [r, g, b] = colorAt(view, scene, look, i, j);
        const dark = 0.299 * r + 0.587 * g + 0.114 * b < 128;
        cells.push(
          <span key={`${i},${j}`} class={dark ? "xw-at xw-on-dark" : "xw-at"} style={at(i, j)}>
            {valuesOf(pane, i, j, placed.scale).map((value, c) =>
              channel === null || view === "heat" || c === channel ? (
                <i key={c} data-channel={view === "heat" ? undefined : LETTERS[c]}>
                  {value}
                </i>
              ) : null,
            )}
          </span>,
        );
      }
    }
  }
  return (
    <div
      class="xw-values"
      aria-hidden="true"
      data-roomy={placed.scale >= ROOMY || undefined}
      data-tight={placed.scale < ROOM_FOR_THREE || undefined}
    >
      {cells}
    </div>
  );

  /** The values that a view is of: never what is done to them for the eye. */
  function valuesOf(of: Pane, x: number, y: number, room: number): string[] {
    const { figure } = of.scene;
    if (figure) return [figure.read(y * of.scene.image.width + x, channel, room < ROOMY)];
    const { image, mask, evidence } = pixelAt(of.scene, x, y);
    if (view === "image" || !mask || !evidence) return image.map(String);
    const digits = room < ROOM_FOR_THREE ? 2 : 3;
    // On a small pixel a digit says more than the leading zero that is written everywhere else.
    const short = (value: number) =>
      room >= ROOMY ? score(value) : value.toFixed(value < 1 ? digits : 0).replace(/^0/, "");
    if (view === "mask") return mask.map(short);
    if (isRest(view, of.takes)) return remains(of.scene, x, y).map(String);
    if (view !== "heat") return evidence.map(String);
    return [short(channel === null ? (mask[0] + mask[1] + mask[2]) / 3 : mask[channel])];
  }
}

export const pixelValues: Layer = {
  View: Values,
  keys: (picture) => ({
    v: (where) => {
      const factor = ROOM_FOR_THREE / picture.placement.peek().scale;
      picture.zoom(factor, picture.inPane(where));
    },
  }),
  help: { "On the picture": [["V", "zoom in until the pixels’ values are written on them"]] },
};
