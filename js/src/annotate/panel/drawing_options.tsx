import type { Mode } from "../view";
import type { View } from "./view";

const MODES: Record<Mode, { name: string; title: string }> = {
  new: { name: "New", title: "What is drawn is a new finding" },
  add: { name: "Add", title: "What is drawn becomes part of the selected finding (Shift)" },
  subtract: { name: "Cut", title: "What is drawn is taken from the selected finding (Alt)" },
};

/** What becomes of what is drawn, also where there is no key to hold, and how wide the brush is. */
export function Drawing({ view }: { view: View }) {
  const { ui, annotating, marking } = view;
  const { mode, radius } = annotating;
  const chosen = ui.chosen.value ?? "";
  if (!marking.tools[chosen]?.button || chosen === "point") return null;
  const most = ui.tools.brush.radii().most;
  return (
    <>
      {chosen === "paint" && (
        <input
          type="range"
          aria-label="Brush size"
          title="Brush size ([ and ])"
          min={0.5}
          max={most}
          step={0.5}
          value={radius.value}
          onInput={(event) => {
            radius.value = Number(event.currentTarget.value);
          }}
        />
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend */}
      <span role="group" aria-label="What is drawn" class="xw-group">
        {Object.entries(MODES).map(([key, { name, title }]) => (
          <button
            key={key}
            type="button"
            aria-pressed={mode.value === key}
            title={title}
            onClick={() => {
              mode.value = key as Mode;
            }}
          >
            {name}
          </button>
        ))}
      </span>
    </>
  );
}
