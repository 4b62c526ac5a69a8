import { gradient } from "../colormap";
import { VIEWS, type View } from "../picture";
import type { Ui } from "../ui";
import { capital, percent, score, takesAway } from "../words";
import { nameOf, PaneView } from "./pane";
import { Toolbar } from "./toolbar";

const TITLES: Record<View, string> = {
  evidence: "The image where the mask is, the reference elsewhere",
  mask: "The mask itself, as a color",
  heat: "The mask's mean over the color channels, from 0 to 1",
  overlay: "The evidence on the gray image",
  image: "The image as the net sees it",
};

export function Picture({ ui }: { ui: Ui }) {
  const { columns, width } = ui.size.value;
  return (
    <div class="xw-picture">
      {ui.layout.value === "views" ? <ViewChecks ui={ui} /> : <ViewTabs ui={ui} />}
      <Toolbar ui={ui} />
      {ui.panes.value.length === 0 && <p class="xw-none">No image yet</p>}
      <div class="xw-stage" style={{ gridTemplateColumns: `repeat(${columns}, ${width}px)` }}>
        {ui.panes.value.map((pane) => (
          <PaneView key={pane.key} ui={ui} pane={pane} />
        ))}
      </div>
      <Caption ui={ui} />
    </div>
  );
}

function ViewTabs({ ui }: { ui: Ui }) {
  const { view } = ui;
  return (
    <div class="xw-tabs" role="radiogroup" aria-label="View">
      {VIEWS.map((name) => (
        <label key={name} title={TITLES[name]}>
          <input
            type="radio"
            name={ui.id}
            value={name}
            checked={view.value === name}
            onChange={() => {
              view.value = name;
            }}
          />
          <span>{capital(name)}</span>
        </label>
      ))}
    </div>
  );
}

/** Which views are side by side: at least one. */
function ViewChecks({ ui }: { ui: Ui }) {
  const chosen = ui.views.value;
  const toggle = (name: View) => {
    const next = VIEWS.filter((each) => (each === name) !== chosen.includes(each));
    if (next.length > 0) ui.views.value = next;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend
    <div class="xw-tabs" role="group" aria-label="Views">
      {VIEWS.map((name) => (
        <label key={name} title={TITLES[name]}>
          <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
          <span>
            {chosen.includes(name) ? "✓ " : ""}
            {capital(name)}
          </span>
        </label>
      ))}
    </div>
  );
}

function Caption({ ui }: { ui: Ui }) {
  const mask = ui.scene.value?.mask;
  const heat = ui.panes.value.some(({ view }) => view === "heat");
  const { width, columns } = ui.size.value;
  const least = ui.threshold.value;
  const edited = ui.store.probe.mask.value !== null;
  const away = takesAway(ui.store.ran.value.game) && !edited;
  const wide = Math.max(224, columns * width + 6 * (columns - 1));
  return (
    // A narrow picture's figures take two lines, from the start: nothing below may jump.
    <div class="xw-caption" data-lines={wide < 340 ? 2 : 1} style={{ width: `${wide}px` }}>
      {mask && (
        <span class="xw-figures">
          <b title={nameOf(ui, mask.target)}>{nameOf(ui, mask.target)}</b>
          <span>{edited ? "edited" : `iteration ${mask.iteration}`}</span>
          <span>
            score {away ? "without it " : ""}
            {score(mask.score)}
          </span>
          <span title="The mean of the mask that is shown">
            {percent(mask.mean)} {away ? "taken away" : "shown"}
          </span>
          {least > 0 && !edited && <em>only values ≥ {score(least / 255)}</em>}
        </span>
      )}
      {heat && (
        <span class="xw-legend" title="Mask mean over the color channels, on a fixed scale">
          0<i style={{ backgroundImage: gradient() }} />1
        </span>
      )}
    </div>
  );
}
