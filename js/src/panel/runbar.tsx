import type { Store } from "../state/store";
import { howFar } from "../state/timeline";
import { seconds } from "../support/figures";
import { NeedsKernel } from "./needs_kernel";
import { ToolButton } from "./tool_button";
import type { Ui } from "./ui";

/** What is always at hand with a kernel: running, how far it is, help. */
export function RunBar({ ui }: { ui: Ui }) {
  const { store } = ui;
  const running = store.status.value === "running";
  const changed = store.changed.value;
  return (
    <div class="xw-run">
      <NeedsKernel store={store}>
        <button
          type="button"
          class={changed && !running ? "xw-primary" : undefined}
          disabled={running}
          title={changed ? "Run with the new settings" : "Run again from the start"}
          onClick={() => store.run()}
        >
          Run
        </button>
        <button type="button" disabled={!running} onClick={store.stop}>
          Stop
        </button>
        <button
          type="button"
          disabled={running || store.keyframes.value.length === 0}
          title={`Continue for ${store.iterations.value} more iterations`}
          onClick={store.runMore}
        >
          Run more
        </button>
      </NeedsKernel>
      <Figures store={store} />
      <About ui={ui} />
    </div>
  );
}

/** Which net it is, and what all of this means. */
export function About({ ui }: { ui: Ui }) {
  return (
    <>
      <span class="xw-net" title="The network being explained">
        {ui.store.netName.value}
      </span>
      <ToolButton
        name="Help: what is shown, keys and gestures"
        act={() => {
          ui.helping.value = true;
        }}
        words="?"
      />
    </>
  );
}

const WAITS = "Runs take turns: what a cell waits for first, then what is on the screen.";

function Figures({ store }: { store: Store }) {
  const { iterations, seconds: elapsed, rate, waits } = store.progress.value;
  const status = store.status.value;
  const track = store.trace.value[String(store.target.value)];
  const variant = status === "running" ? variantRunning(store) : "";
  return (
    <div class="xw-progress">
      {/* Only a change of status is announced, not every iteration. */}
      <span class="xw-status" data-status={status} aria-live="polite">
        {status}
      </span>
      {variant && <b>{variant}</b>}
      {waits && status === "running" && <b title={WAITS}>waiting for {waits}</b>}
      {/* They are the run's whose first mask has come. */}
      {iterations > 0 && !store.starting.value && (
        <>
          <span>{howFar(status, store.progress.value, track?.frames.at(-1))}</span>
          <span>{seconds(elapsed)}</span>
          <span>{rate.toFixed(1)} it/s</span>
        </>
      )}
    </div>
  );
}

/** Which of the runs beside the main one runs now: those come when that has ended. */
function variantRunning({ trace, variants, ran }: Store): string {
  const last = variants.value.at(-1);
  const ended = Object.values(trace.value).every(({ stopped }) => stopped);
  if (!last || !ended) return "";
  return last.game === ran.value.game ? last.defense : last.game;
}
