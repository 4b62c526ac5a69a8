import { useRef } from "preact/hooks";
import type { Frame } from "../kernel/frame";
import { BINS, count } from "../state/masks";
import { percent, score } from "../support/figures";
import { ColorBoost } from "./color_boost";
import { placesOf } from "./extension";
import type { Ui } from "./ui";

/** How the mask's values are spread, and the least value that is shown. */
export function Threshold({ ui }: { ui: Ui }) {
  const seen = useRef<Frame | null>(null);
  const { testing, drawn } = ui.store;
  // Not counted anew with every piece of a stroke.
  if (!testing.drawing.value) seen.current = testing.edited.value ?? drawn.value;
  const mask = seen.current;
  const { threshold } = ui;
  const least = threshold.value;
  const counted = mask && count(mask);
  // Logarithmic, as most values of a good mask are 0: else nothing but that would be seen.
  const most = Math.log1p(Math.max(1, ...(counted?.bins ?? [])));
  const kept = counted?.kept[Math.max(1, least)] ?? Number.NaN;
  const spread = (
    <>
      <div class="xw-title">
        <b>Mask</b>
        <span title="Pixels whose mask reaches the threshold, or exceeds 0, in any color channel">
          {least > 0 && `≥ ${score(least / 255)} `}in {percent(kept)} of pixels
        </span>
      </div>
      <div class="xw-histogram">
        <svg viewBox={`0 0 ${BINS} 100`} preserveAspectRatio="none" aria-hidden="true">
          <title>Number of mask values, on a logarithmic scale</title>
          {counted?.bins.map((n, k) => {
            const height = (100 * Math.log1p(n)) / most;
            const hidden = ((k + 1) * 256) / BINS <= least;
            return (
              <rect
                key={k}
                class={hidden ? "xw-hidden" : undefined}
                x={k + 0.05}
                width={0.9}
                y={100 - height}
                height={height}
              />
            );
          })}
        </svg>
        <input
          type="range"
          aria-label="Threshold"
          title="Show only evidence whose mask is at least this"
          min={0}
          max={255}
          value={least}
          disabled={!mask || Boolean(ui.store.testing.edited.value)}
          aria-valuetext={
            least
              ? `at least ${score(least / 255)}, ${percent(kept)} of pixels`
              : "everything shown"
          }
          onInput={(event) => {
            threshold.value = event.currentTarget.valueAsNumber;
          }}
        />
      </div>
      <div class="xw-scale" aria-hidden="true">
        <span>0</span>
        <span>{least > 0 ? `threshold ${score(least / 255)}` : "threshold off · log counts"}</span>
        <span>1</span>
      </div>
    </>
  );
  const [Spread] = placesOf(ui.extensions.value, "Spread");
  return (
    <div class="xw-spread">
      {Spread ? <Spread ui={ui}>{spread}</Spread> : spread}
      <ColorBoost ui={ui} />
    </div>
  );
}
