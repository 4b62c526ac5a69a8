import type { ComponentChildren } from "preact";
import type { Comparison } from "../kernel/contract";
import { WHOLE } from "../picture/camera";
import { besides } from "../picture/panes";
import type { Layout, Ui } from "../picture/ui";
import { SaveMenu } from "./save";

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
      <span class="xw-group">
        <Tool
          name="Zoom out"
          disabled={camera.value.zoom <= 1}
          act={() => ui.zoom(1 / 1.5)}
          words="−"
        />
        <Tool
          name="Whole image"
          disabled={camera.value.zoom <= 1}
          act={() => {
            camera.value = WHOLE;
          }}
        >
          {/* Drawn by the style: as text it would have to be part of the name. */}
          <span data-figure={`${Math.round(ui.placement.value.scale * 100)}%`} />
        </Tool>
        <Tool name="Zoom in" act={() => ui.zoom(1.5)} words="+" />
      </span>
      <Tool
        name="Loupe"
        pressed={loupe.value}
        act={() => {
          loupe.value = !loupe.value;
        }}
      >
        Loupe
      </Tool>
      <SaveMenu ui={ui} />
      {children}
    </div>
  );
}

/** Beside the pictures: it comes and goes, and must not move the tools. */
export function RunOthers({ ui }: { ui: Ui }) {
  if (!unfinished(ui)) return null;
  const run = () => ui.store.compare(ui.layout.peek() as Comparison);
  return (
    <button type="button" class="xw-tool xw-others" onClick={run}>
      Run the others
    </button>
  );
}

/** Whether something that is compared was stopped, or the run went on without it. */
function unfinished({ layout, store }: Ui): boolean {
  const by = layout.value;
  if (!needsRun(by) || store.offline.value || store.status.value === "running") return false;
  const newest = store.keyframes.value.at(-1) ?? 0;
  return besides(store, by).some(({ run }) => {
    const found = store.variants.value.find((variant) => variant.run === run);
    return (found?.iteration ?? -1) < newest;
  });
}

function needsRun(layout: Layout): layout is Comparison {
  return layout === "game" || layout === "defense";
}

export function Tool(props: {
  name: string;
  /** Where the name does not say it all. */
  title?: string;
  act: () => void;
  words?: string;
  disabled?: boolean;
  pressed?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <button
      type="button"
      class="xw-tool"
      aria-label={(props.words ?? props.children) !== props.name ? props.name : undefined}
      aria-pressed={props.pressed}
      title={props.title ?? props.name}
      // Not disabled: a button that has the focus would lose it to the page.
      aria-disabled={props.disabled}
      onClick={() => props.disabled || props.act()}
    >
      {props.words ?? props.children}
    </button>
  );
}
