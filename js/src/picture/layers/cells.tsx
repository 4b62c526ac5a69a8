/** What enlarged pixels hold, written on them. */

import { score } from "../../support/words";
import { GRID_FROM, ROOM_FOR_ONE, ROOM_FOR_THREE, visible } from "../camera";
import { lookAt } from "../looks";
import { colorAt, isRest, LETTERS, pixelAt, remains } from "../painting";
import type { Pane, Ui } from "../ui";

/** From this size on, in CSS px, there is room for a value as it is written elsewhere. */
const ROOMY = 48;

/** The grid of enlarged pixels, and where there is room what each holds in red, green and blue. */
export function Values({ ui, pane }: { ui: Ui; pane: Pane }) {
  const at = ui.placement.value;
  if (at.scale < GRID_FROM) return null;
  const { scene, view } = pane;
  const channel = ui.channel.value;
  const one = view === "heat" || channel !== null;
  const cells = [];
  if (at.scale >= (one ? ROOM_FOR_ONE : ROOM_FOR_THREE)) {
    const look = { ...lookAt(ui, pane), boost: ui.boost.value, dark: ui.dark.value };
    const { x, y } = visible(at, ui.size.value, scene.image);
    for (let j = y[0]; j < y[1]; j++) {
      for (let i = x[0]; i < x[1]; i++) {
        const style = { left: `${at.left + i * at.scale}px`, top: `${at.top + j * at.scale}px` };
        const [r, g, b] = colorAt(view, scene, look, i, j);
        const dark = 0.299 * r + 0.587 * g + 0.114 * b < 128;
        cells.push(
          <span key={`${i},${j}`} class={dark ? "xw-on-dark" : undefined} style={style}>
            {valuesOf(pane, i, j, at.scale).map((value, c) =>
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
      data-roomy={at.scale >= ROOMY || undefined}
      data-tight={at.scale < ROOM_FOR_THREE || undefined}
      style={{
        "--xw-pixel": `${at.scale}px`,
        backgroundPosition: `${at.left}px ${at.top}px`,
      }}
    >
      {cells}
    </div>
  );

  /** The values that a view is of: never what is done to them for the eye. */
  function valuesOf(of: Pane, x: number, y: number, room: number): string[] {
    const { image, mask, evidence } = pixelAt(of.scene, x, y);
    if (view === "image" || !mask || !evidence) return image.map(String);
    const digits = room < ROOM_FOR_THREE ? 2 : 3;
    const short = (value: number) =>
      room >= ROOMY ? score(value) : value.toFixed(value < 1 ? digits : 0).replace(/^0/, "");
    if (view === "mask") return mask.map(short);
    if (isRest(view, of.takes)) return remains(of.scene, x, y).map(String);
    if (view !== "heat") return evidence.map(String);
    return [short(channel === null ? (mask[0] + mask[1] + mask[2]) / 3 : mask[channel])];
  }
}
