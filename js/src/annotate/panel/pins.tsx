import { useSignal } from "@preact/signals";
import type { Ui } from "../../panel/ui";
import { type Pixel, pixelAt, type Rgb } from "../../picture/painting";
import { nameOf } from "../../state/classes";
import { score } from "../../support/figures";

/** The pixels that were clicked, as a table to read and to take along. */
export function PinTable({ ui }: { ui: Ui }) {
  const copied = useSignal(false);
  const scene = ui.scene.value;
  const pins = ui.pins.value;
  if (!scene || pins.length === 0) return null;
  const now = score(scene.mask?.score);
  const pixels = pins.map(({ x, y }) => pixelAt(scene, x, y));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(asText(ui, pixels));
      copied.value = true;
      setTimeout(() => {
        copied.value = false;
      }, 2500);
    } catch {
      ui.store.say("The clipboard is blocked: select and copy the table.");
    }
  };
  return (
    <div class="xw-pins">
      <div class="xw-tools">
        <span class="xw-label">Pinned pixels</span>
        <button type="button" onClick={copy}>
          {copied.value ? "Copied" : "Copy as text"}
        </button>
        <button
          type="button"
          onClick={() => {
            ui.pins.value = [];
            ui.refocus();
          }}
        >
          Clear
        </button>
      </div>
      <table aria-label="Pinned pixels">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">x, y</th>
            <th scope="col">image</th>
            <th scope="col">mask</th>
            <th scope="col">evidence</th>
            <th scope="col">score</th>
            <th scope="col">
              <span class="xw-sr">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {pixels.map((pixel, k) => (
            <tr key={`${pixel.x},${pixel.y}`}>
              <td>{k + 1}</td>
              <td>
                {pixel.x}, {pixel.y} <small>{ui.store.geometry.inPhoto(pixel.x, pixel.y)}</small>
              </td>
              <td>
                <Swatch color={pixel.image} /> {pixel.image.join(" ")}
              </td>
              <td>{pixel.mask?.map(score).join(" ") ?? "–"}</td>
              <td>
                {pixel.evidence ? <Swatch color={pixel.evidence} /> : null}{" "}
                {pixel.evidence?.join(" ") ?? "–"}
              </td>
              <td>{now}</td>
              <td>
                <button
                  type="button"
                  class="xw-bare"
                  aria-label={`Remove pin ${k + 1}`}
                  onClick={() => {
                    ui.pin(pixel.x, pixel.y);
                    ui.refocus();
                  }}
                >
                  ✕
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Swatch({ color }: { color: Rgb }) {
  return <i class="xw-swatch" style={{ background: `rgb(${color.join(" ")})` }} />;
}

/** Tab-separated: a spreadsheet takes it as it is. */
function asText({ scene, store }: Ui, pixels: readonly Pixel[]): string {
  const drawn = scene.value?.mask;
  const rgb = (name: string) => ["R", "G", "B"].map((c) => `${name} ${c}`);
  const head = [
    "x",
    "y",
    ...rgb("image"),
    ...rgb("mask"),
    ...rgb("evidence"),
    "score",
    "photo",
    "class",
    "iteration",
    "network",
  ];
  const rows = pixels.map(({ x, y, image, mask, evidence }) => [
    x,
    y,
    ...image,
    ...(mask?.map((value) => value.toFixed(3)) ?? ["", "", ""]),
    ...(evidence ?? ["", "", ""]),
    drawn?.score.toFixed(6).replace("NaN", ""),
    store.geometry.inPhoto(x, y),
    drawn && nameOf(store, drawn.target),
    drawn?.iteration,
    store.netName.value,
  ]);
  return [head, ...rows].map((row) => row.join("\t")).join("\n");
}
