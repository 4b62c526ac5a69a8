import { useRef } from "preact/hooks";
import { figureOf } from "./figure";
import type { BesideView, Shown } from "./view";

/** What each picture beside the main one holds at the pixel under the cursor. */
export function PixelValues({ view }: { view: BesideView }) {
  if (!view.isBeside()) return null;
  return (
    <>
      {view.shown.value.map((each) => (
        <Row key={each.key} view={view} each={each} />
      ))}
    </>
  );
}

function Row({ view: { ui }, each: { label, values } }: { view: BesideView; each: Shown }) {
  const color = useRef(new Uint8ClampedArray(4));
  const at = ui.cursor.value;
  const width = ui.scene.value?.image.width ?? 0;
  const channel = ui.channel.value;
  const pixel = at ? at.y * width + at.x : 0;
  const figure = at && values ? figureOf(values) : null;
  const look = { channel, boost: ui.boost.value, dark: ui.dark.value, takes: false };
  figure?.paint(color.current, look, pixel);
  const [r, g, b] = color.current;
  return (
    <div class="xw-row xw-of-pane">
      <span title={label}>{label}</span>
      <span
        class="xw-swatch"
        style={figure ? { background: `rgb(${r} ${g} ${b})` } : { border: "none" }}
      />
      <span>{figure?.read(pixel, channel) ?? "–"}</span>
    </div>
  );
}
