import type { ComponentChildren } from "preact";
import { WHOLE } from "../picture/camera";
import type { Layout } from "../picture/panes";
import { needsRun } from "./compared";
import { SaveMenu } from "./save";
import { ToolButton } from "./tool_button";
import { Tools } from "./tools";
import type { Ui } from "./ui";

const LAYOUTS: Record<Layout, [name: string, title: string]> = {
  single: ["One picture", ""],
  divider: ["Image | evidence", "The image and the evidence, with a line to move between them"],
  views: ["Views", "Several views of one mask, side by side: choose above the picture"],
  classes: ["Classes", "Every class explained, side by side"],
  game: ["The four games", "Runs the games that have not run yet"],
  defense: ["Defense on | off", "Runs this game without a defense, too"],
};

/** How the picture is looked at: side by side, enlarged, and what leaves the page. */
export function Toolbar({ ui, children }: { ui: Ui; children?: ComponentChildren }) {
  const { layout, camera, loupe, store } = ui;
  const offline = store.offline.value;
  return (
    <div class="xw-toolbar" role="toolbar" aria-label="Picture tools">
      <select
        aria-label="Side by side"
        title={LAYOUTS[layout.value][1] || "What is side by side"}
        value={layout.value}
        onChange={(event) => {
          layout.value = event.currentTarget.value as Layout;
        }}
      >
        {(Object.keys(LAYOUTS) as Layout[]).map((name) => {
          const missing = needsRun(name) && store.variants.value.length === 0;
          if (missing && store.portable.value) return null;
          return (
            <option
              key={name}
              value={name}
              title={LAYOUTS[name][1]}
              disabled={missing && offline !== ""}
            >
              {LAYOUTS[name][0]}
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
      <ToolButton
        name="Loupe"
        pressed={loupe.value}
        act={() => {
          loupe.value = !loupe.value;
        }}
      >
        Loupe
      </ToolButton>
      <Tools picture={ui} />
      <SaveMenu ui={ui} />
      {children}
    </div>
  );
}
