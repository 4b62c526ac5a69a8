import type { ComponentChildren } from "preact";
import { WHOLE } from "../picture/camera";
import type { LAYOUTS } from "../picture/layouts";
import { placesOf } from "./extension";
import { SaveMenu } from "./save";
import { ToolButton } from "./tool_button";
import { Tools } from "./tools";
import type { Ui } from "./ui";

const LABELS: Record<(typeof LAYOUTS)[number], { label: string; title: string }> = {
  single: { label: "One picture", title: "" },
  divider: {
    label: "Image | evidence",
    title: "Image and evidence, with a line to move between them",
  },
  views: {
    label: "Views",
    title: "Views of one mask: choose above the picture",
  },
  classes: { label: "Classes", title: "Every class explained, side by side" },
};

/** How the picture is looked at: side by side, enlarged, and what leaves the page. */
export function Toolbar({ ui, children }: { ui: Ui; children?: ComponentChildren }) {
  const { layout, camera, loupe, store } = ui;
  const offline = store.offline.value;
  const comparisons = store.comparisons.value;
  const [Menu] = placesOf(ui.extensions.value, "Beside");
  const layouts: Record<string, { label: string; title: string }> = { ...LABELS, ...comparisons };
  return (
    <div class="xw-toolbar" role="toolbar" aria-label="Picture tools">
      <select
        aria-label="Side by side"
        title={layouts[layout.value]?.title || "What is side by side"}
        value={layout.value}
        onChange={(event) => {
          layout.value = event.currentTarget.value;
        }}
      >
        {Object.entries(layouts).map(([name, { label, title }]) => {
          const missing = name in comparisons && store.variants.value.length === 0;
          return (
            <option key={name} value={name} title={title} disabled={missing && offline !== ""}>
              {label}
            </option>
          );
        })}
      </select>
      <span class="xw-group xw-zoom">
        <ToolButton
          name="Zoom out"
          disabled={camera.value.zoom <= 1}
          act={() => ui.zoom(1 / 1.5)}
          words="−"
        />
        <ToolButton
          name="Whole image"
          disabled={camera.value.zoom <= 1}
          act={() => {
            camera.value = WHOLE;
          }}
        >
          {/* Drawn by the style: as text it would have to be part of the name. */}
          <span data-figure={`${Math.round(ui.placement.value.scale * 100)}%`} />
        </ToolButton>
        <ToolButton name="Zoom in" act={() => ui.zoom(1.5)} words="+" />
      </span>
      {(!store.portable.value || Menu) && (
        <span class="xw-beside">
          <ToolButton
            name="Beside"
            title={(!Menu && offline) || "Other methods, models and classes beside the evidence"}
            disabled={!Menu && offline !== ""}
            pressed={ui.beside.value}
            act={() => {
              ui.beside.value = !ui.beside.value;
            }}
            words="Beside"
          />
          {Menu && ui.beside.value && <Menu ui={ui} />}
        </span>
      )}
      <ToolButton
        name="Loupe"
        pressed={loupe.value}
        act={() => {
          loupe.value = !loupe.value;
        }}
        words="Loupe"
      />
      <Tools ui={ui} />
      <SaveMenu ui={ui} />
      {children}
    </div>
  );
}
