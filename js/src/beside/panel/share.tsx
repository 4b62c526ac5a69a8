import type { ComponentChildren } from "preact";
import type { View } from "./view";

/** Shares of the pixels that the slider reaches and those that are marked, in percent. */
export const REACH = { least: 1, most: 50, first: 20 } as const;
const MARKS = [5, 10, 20, 30, 40, 50] as const;

/** How much of each picture is shown: as its values are spread, its children, or so many pixels of each. */
export function Spread({ view, children }: { view: View; children: ComponentChildren }) {
  const { share, ui } = view;
  const byArea = share.value !== null;
  return (
    <>
      {byArea ? <InSpread view={view} /> : children}
      <div class="xw-choice xw-shown-by">
        <span class="xw-label">Show</span>
        <div class="xw-tabs" role="radiogroup" aria-label="Show">
          {[false, true].map((area) => (
            <label
              key={String(area)}
              title={
                area
                  ? "As many pixels of every picture, in full"
                  : "Pixels as strong as their values, from the threshold on"
              }
            >
              <input
                type="radio"
                name={`${ui.id}-share`}
                checked={area === byArea}
                onChange={() => {
                  share.value = area ? REACH.first / 100 : null;
                }}
              />
              <span>{area ? "By area" : "By value"}</span>
            </label>
          ))}
        </div>
      </div>
    </>
  );
}

/** As high as what it stands in the place of. */
function InSpread({ view }: { view: View }) {
  return (
    <div class="xw-in-spread">
      <div class="xw-title">
        <b>Area</b>
        <span>
          top <b>{Math.round(100 * (view.share.value ?? 0))}%</b> of the pixels by each
        </span>
      </div>
      {!view.judging && (
        <p class="xw-note">{view.scoring.error.value || "Scores computed in the notebook."}</p>
      )}
      <Area view={view} />
    </div>
  );
}

/** Whether a narrow panel has its mask, and what is set there, far from the pictures: they have a slider, too. */
export function isFar({ ui, judging }: View): boolean {
  return judging !== undefined && /slim|narrow/.test(ui.arrangement.value);
}

/** Which share of the pixels. */
export function Area({ view: { share, ui } }: { view: View }) {
  const percent = Math.round(100 * (share.value ?? 0));
  const edited = ui.store.testing.edited.value !== null;
  return (
    <div class="xw-area">
      <input
        type="range"
        aria-label="Area"
        title="Share of the pixels that each picture shows"
        min={REACH.least}
        max={REACH.most}
        step={1}
        value={percent}
        disabled={edited}
        aria-valuetext={`the top ${percent}% of the pixels by each`}
        onInput={(event) => {
          share.value = event.currentTarget.valueAsNumber / 100;
        }}
      />
      <div class="xw-marks-at">
        {MARKS.map((mark) => (
          <button
            key={mark}
            type="button"
            // The slider is how keys reach the same.
            tabIndex={-1}
            aria-hidden="true"
            disabled={edited}
            data-on={mark === percent || undefined}
            style={{ "--at": (mark - REACH.least) / (REACH.most - REACH.least) }}
            onClick={() => {
              share.value = mark / 100;
            }}
          >
            {mark}
            {mark === REACH.most && "%"}
          </button>
        ))}
      </div>
    </div>
  );
}
