import { takesAway } from "../catalog/sentences";
import { LETTERS, type Look, pixelAt, type Rgb } from "../picture/painting";
import { classOf } from "../state/classes";
import { score } from "../support/figures";
import { placesOf } from "./extension";
import type { Ui } from "./ui";

/**
 * The pixel under the pointer or the keyboard cursor. It is announced only when the keyboard moves
 * it, and not during a run: a moving mouse, or a mask that changes, would talk without end.
 */
export function Readout({ ui }: { ui: Ui }) {
  const { layout, store } = ui;
  const at = ui.cursor.value;
  const panes = ui.panes.value;
  // Of the picture that is pointed at, where several stand side by side.
  const pane = panes.find(({ key, scene }) => key === at?.pane && !scene.figure) ?? panes[0];
  const pixel = at && pane ? pixelAt(pane.scene, at.x, at.y) : null;
  const rest = takesAway(store.words.value, store.ran.value.game) && !store.testing.edited.value;
  const channel = ui.channel.value;
  const drawn = classOf(store, pane?.scene.mask?.target);
  const run = layout.value in store.comparisons.value ? pane?.head.name : "";
  const of = [drawn?.name, run].filter(Boolean).join(", ");
  return (
    <div
      class="xw-pixel"
      // Its room is kept, so that nothing moves when there is a pixel to read.
      data-empty={!pixel || undefined}
      role="status"
      aria-label="Pixel"
      aria-live={at?.by === "pointer" || store.status.value === "running" ? "off" : "polite"}
    >
      <div class="xw-row xw-heading">
        <b>{pixel ? `x ${pixel.x}, y ${pixel.y}` : "Pixel"}</b>
        {pixel ? (
          ["", ...LETTERS].map((name, k) => (
            <span key={name}>{channel === null || k - 1 === channel ? name : ""}</span>
          ))
        ) : (
          <em>Point at a pixel, or use the arrow keys.</em>
        )}
      </div>
      {store.geometry.known() && (
        <p class="xw-of">{pixel && store.geometry.inPhoto(pixel.x, pixel.y)}</p>
      )}
      <Row label="image" channel={channel} color={pixel?.image} values={pixel?.image.map(String)} />
      <Row label="mask" channel={channel} values={pixel?.mask?.map((value) => score(value))} />
      <Row
        label="evidence"
        channel={channel}
        color={pixel?.evidence}
        values={pixel?.evidence?.map(String)}
      />
      {placesOf(ui.extensions.value, "Values").map((Values, k) => (
        <Values key={k} ui={ui} />
      ))}
      <p class="xw-of" title={pixel ? of : undefined}>
        <span>{rest ? "score without it" : "score"}</span>{" "}
        {pixel ? score(pane?.scene.mask?.score) : "–"} <span dir="auto">{pixel && of}</span>
      </p>
    </div>
  );
}

function Row(props: {
  label: string;
  channel: Look["channel"];
  color?: Rgb | null | undefined;
  values?: string[] | undefined;
}) {
  const values = props.values ?? ["–", "–", "–"];
  return (
    <div class="xw-row">
      <span>{props.label}</span>
      <span
        class="xw-swatch"
        style={props.color ? { background: `rgb(${props.color.join(" ")})` } : { border: "none" }}
      />
      {values.map((value, c) => (
        <span key={c}>{props.channel === null || c === props.channel ? value : ""}</span>
      ))}
    </div>
  );
}
