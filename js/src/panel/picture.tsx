import { VIEWS, type View } from "../picture/painting";
import { PaneView } from "../picture/pane";
import { Legend } from "../picture/titles";
import { isOfMask, keyOf, viewName, viewTitle } from "../picture/view_names";
import { classOf, nameOf } from "../state/classes";
import { percent, score } from "../support/figures";
import { RunOthers } from "./compared";
import { placesOf } from "./extension";
import type { Ui } from "./ui";

export function Picture({ ui }: { ui: Ui }) {
  const { columns, width } = ui.size.value;
  const stage = ui.stage.value;
  return (
    <div class="xw-picture">
      {ui.layout.value === "views" ? <ViewChecks ui={ui} /> : <ViewTabs ui={ui} />}
      {/* As large in every layout: nothing around it may move. */}
      <div class="xw-shown" style={{ minHeight: `${stage.height}px` }}>
        {ui.panes.value.length === 0 && <p class="xw-none">No image yet</p>}
        {ui.panes.value.length === 1 && !ui.panes.value[0]?.title && <Caption ui={ui} />}
        <div
          class="xw-stage"
          style={{
            width: `${stage.width}px`,
            gridTemplateColumns: `repeat(${columns}, ${width}px)`,
          }}
        >
          {ui.panes.value.map((pane) => (
            <PaneView key={pane.key} picture={ui} pane={pane} layers={ui.layers.value} />
          ))}
        </div>
        <RunOthers picture={ui} />
      </div>
      {placesOf(ui.extensions.value, "Bar").map((Bar, k) => (
        <Bar key={k} ui={ui} />
      ))}
    </div>
  );
}

function ViewTabs({ ui }: { ui: Ui }) {
  const { view } = ui;
  const takes = ui.panes.value[0]?.takes ?? false;
  return (
    <div class="xw-tabs xw-views" role="radiogroup" aria-label="View">
      {VIEWS.map((name) => (
        <label key={name} title={titleOf(name, takes)}>
          <input
            type="radio"
            name={ui.id}
            value={name}
            checked={view.value === name}
            onChange={() => {
              view.value = name;
            }}
          />
          <span>{viewName(name, takes)}</span>
        </label>
      ))}
    </div>
  );
}

/** Which views are side by side: at least one. */
function ViewChecks({ ui }: { ui: Ui }) {
  const chosen = ui.views.value;
  const takes = ui.panes.value[0]?.takes ?? false;
  const toggle = (name: View) => {
    const next = VIEWS.filter((each) => (each === name) !== chosen.includes(each));
    if (next.length > 0) ui.views.value = next;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend
    <div class="xw-tabs xw-views" role="group" aria-label="Views">
      {VIEWS.map((name) => (
        <label key={name} title={titleOf(name, takes)}>
          <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
          <span>
            {chosen.includes(name) && <b>✓ </b>}
            {viewName(name, takes)}
          </span>
        </label>
      ))}
    </div>
  );
}

function titleOf(view: View, takes: boolean): string {
  return `${viewTitle(view, takes)} (key ${keyOf(view)})`;
}

/** Over a single picture, where several have their titles. */
function Caption({ ui }: { ui: Ui }) {
  const { store } = ui;
  const mask = ui.scene.value?.mask;
  const view = ui.view.value;
  const own = isOfMask(view);
  const least = ui.threshold.value;
  const edited = store.testing.edited.value !== null;
  const takes = ui.panes.value[0]?.takes ?? false;
  // Until the run that was asked for has a mask.
  const before = store.starting.value ? `last run, ${store.ran.value.game}: ` : "";
  return (
    <div
      class="xw-caption"
      style={{
        width: `${Math.max(ui.size.value.width, 224)}px`,
        height: `${ui.stage.value.caption - 6}px`,
      }}
    >
      {mask && (
        <>
          <span class="xw-drawn">
            <b title={nameOf(store, mask.target)}>{nameOf(store, mask.target)}</b>
            {least > 0 && !edited && <em>only values ≥ {score(least / 255)}</em>}
            {view === "heat" && <Legend picture={ui} />}
          </span>
          <span class="xw-figures">
            <span>{edited ? "edited" : `${before}iteration ${mask.iteration}`}</span>
            {/* Of the rest nobody asked the network at every iteration. */}
            {view !== "rest" && (
              <span>
                score {takes && own ? "without it " : ""}
                {score(own ? mask.score : classOf(store, mask.target)?.score)}
              </span>
            )}
            {own && (
              <span title="Mean strength of the mask, not area">
                {percent(mask.mean)} {takes ? "taken away" : "shown"}
              </span>
            )}
          </span>
        </>
      )}
    </div>
  );
}
