import type { Frame } from "../kernel/frame";
import { CHANNELS } from "../picture/painting";
import type { BrushTool } from "../picture/tools/brush";
import { classOf } from "../state/classes";
import type { Brush } from "../state/masks";
import { rest } from "../state/masks";
import { capital, score } from "../support/figures";
import { ToolButton } from "./tool_button";
import type { Ui } from "./ui";

const MODES: Record<Brush["mode"], string> = {
  erase: "Take evidence away",
  restore: "Bring evidence back",
  reveal: "Show the image itself",
};

/** The explanation is an input of the net: change it, and see what the net says. */
export function Testing({ ui }: { ui: Ui }) {
  const { store, tools, chosen } = ui;
  const brushing = chosen.value === "brush";
  const { testing, undo } = store;
  const edited = testing.edited.value;
  const hidden = testing.hidden.value;
  const offline = store.offline.value;
  const disabled = !store.drawn.value || Boolean(offline);
  const reason = offline || undefined;
  /** Of the explanation, not of what was made of it before; that can be had back by undoing. */
  const only = (change: (mask: Frame) => Frame) => {
    const mask = ui.explained();
    if (mask) testing.test(change(mask));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend
    <div class="xw-testing" role="group" aria-label="Test the explanation">
      <div class="xw-tools">
        <span class="xw-label">Test</span>
        <button
          type="button"
          disabled={disabled}
          title={reason ?? "Have the network score the evidence alone"}
          onClick={() => only((mask) => mask)}
        >
          Only what is shown
        </button>
        <button
          type="button"
          disabled={disabled}
          title={reason ?? "Score the image without the evidence"}
          onClick={() => only(rest)}
        >
          Everything else
        </button>
        <button
          type="button"
          disabled={disabled}
          aria-pressed={brushing}
          title={reason ?? "Erase or restore evidence with a brush"}
          onClick={() => ui.use(brushing ? null : "brush")}
        >
          Edit mask
        </button>
        {hidden && (
          <button
            type="button"
            title="Your edit is kept"
            onClick={() => {
              // Where it was made: the class and iteration that it is an edit of.
              if (classOf(store, hidden.target)) {
                store.choose(hidden.target);
                store.scrub(hidden.iteration);
              }
              testing.show(true);
              ui.refocus();
            }}
          >
            Back to the edit
          </button>
        )}
        {edited && (
          <>
            <ToolButton name="Undo" disabled={!undo.canUndo.value} act={undo.undo} words="Undo" />
            <ToolButton name="Redo" disabled={!undo.canRedo.value} act={undo.redo} words="Redo" />
            <button
              type="button"
              title="Go back to the explanation"
              onClick={() => {
                if (brushing) ui.use(null);
                testing.end();
                ui.refocus();
              }}
            >
              End test
            </button>
          </>
        )}
      </div>
      {brushing && <BrushBar id={ui.id} brush={tools.brush} />}
      {edited && <Answer ui={ui} />}
    </div>
  );
}

function BrushBar({ id, brush: { settings, radii } }: { id: string; brush: BrushTool }) {
  const brush = settings.value;
  const set = (change: Partial<Brush>) => {
    settings.value = { ...brush, ...change };
  };
  return (
    <div class="xw-tools">
      <div class="xw-tabs xw-modes" role="radiogroup" aria-label="Brush">
        {(Object.keys(MODES) as Brush["mode"][]).map((mode) => (
          <label key={mode} title={MODES[mode]}>
            <input
              type="radio"
              name={`${id}-brush`}
              checked={brush.mode === mode}
              onChange={() => set({ mode })}
            />
            <span>{mode}</span>
          </label>
        ))}
      </div>
      <label class="xw-check">
        Size
        <input
          type="range"
          min={0}
          max={radii().most}
          value={brush.radius}
          aria-valuetext={`radius ${brush.radius} pixels`}
          onInput={(event) => set({ radius: event.currentTarget.valueAsNumber })}
        />
      </label>
      {CHANNELS.map((name, c) => (
        <label key={name} class="xw-check" title={`Whether the brush touches ${name}`}>
          <input
            type="checkbox"
            checked={brush.channels[c] ?? false}
            onChange={() => {
              const [r, g, b] = brush.channels.map((on, k) => on !== (k === c));
              set({ channels: [r as boolean, g as boolean, b as boolean] });
            }}
          />
          {capital(name)}
        </label>
      ))}
    </div>
  );
}

function Answer({ ui }: { ui: Ui }) {
  const answer = ui.store.testing.answer.value;
  const words = () => {
    if (!answer) return "Scoring …";
    if (answer.error) return answer.error;
    const top = (answer.top ?? []).slice(0, 3);
    const said = top.map(([, name, value], k) => `${answer.short?.[k] ?? name} ${score(value)}`);
    return `The network now says: ${said.join(", ")}`;
  };
  return (
    <p
      class="xw-answer"
      role="status"
      aria-label="Edited input"
      data-pending={!answer || undefined}
    >
      {words()}
    </p>
  );
}
