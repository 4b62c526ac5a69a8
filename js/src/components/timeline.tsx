import { BOX, curvePath, events } from "../curve";
import type { Store } from "../store";
import { step } from "../timeline";
import type { Ui } from "../ui";
import { score, seconds, shortName, takesAway } from "../words";
import { NeedsKernel } from "./kernel";
import { Play } from "./play";

/** Running, and looking back: the buttons, the figures, the score curve with the slider on it. */
export function Timeline({ ui }: { ui: Ui }) {
  const { store } = ui;
  const running = store.status.value === "running";
  const atEnd = store.follow.value || store.iteration.value === store.keyframes.value.at(-1);
  return (
    <div class="xw-time">
      <div class="xw-run">
        <NeedsKernel store={store}>
          <button type="button" class="xw-primary" disabled={running} onClick={() => store.run()}>
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
        {!store.portable.value && <Figures store={store} />}
        <div class="xw-ends">
          <Play ui={ui} />
          <button
            type="button"
            disabled={atEnd}
            title="Go to the newest iteration and stay with it"
            onClick={store.latest}
          >
            Latest
          </button>
        </div>
      </div>
      <Scrubber ui={ui} />
    </div>
  );
}

const WAITS = "Runs take turns: what a cell waits for first, then what is on the screen.";

function Figures({ store }: { store: Store }) {
  const { iteration, iterations, seconds: elapsed, rate, waits } = store.progress.value;
  const status = store.status.value;
  const beside = status === "running" ? runBeside(store) : "";
  return (
    <div class="xw-progress">
      {/* Only a change of status is announced, not every iteration. */}
      <span class="xw-status" data-status={status} aria-live="polite">
        {status}
      </span>
      {beside && <b>{beside}</b>}
      {waits && status === "running" && <b title={WAITS}>waits for {waits}</b>}
      {/* They are the run's whose first mask has come. */}
      {iterations > 0 && !store.starting.value && (
        <>
          <span>
            {iteration} / {iterations}
          </span>
          <span>{seconds(elapsed)}</span>
          <span>{rate.toFixed(1)} it/s</span>
        </>
      )}
    </div>
  );
}

/** Which of the runs beside the main one runs now: those come when that has ended. */
function runBeside({ trace, variants, ran }: Store): string {
  const last = variants.value.at(-1);
  const ended = Object.values(trace.value).every(({ stopped }) => stopped);
  if (!last || !ended) return "";
  return last.game === ran.value.game ? last.defense : last.game;
}

function Scrubber({ ui }: { ui: Ui }) {
  const { player, store } = ui;
  const frames = store.keyframes.value;
  // While running the right edge is where the run will end, so that nothing moves under the hand.
  const lengths = Object.values(store.trace.value).map((track) => track.scores.length - 1);
  const running = store.status.value === "running";
  const planned = running ? store.progress.value.iterations : 0;
  const reached = Math.max(planned, frames.at(-1) ?? 0, ...lengths);
  const max = reached || Math.max(1, store.iterations.value);
  const mask = store.drawn.value;
  const value = store.follow.value ? (mask?.iteration ?? 0) : store.iteration.value;
  const track = store.trace.value[String(store.target.value)];
  const scores = track?.scores;
  const happened = track ? events(track, running) : [];
  const info = store.classes.value.find(({ index }) => index === store.target.value);
  const others = store.classes.value.filter((each) => each !== info);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = step(frames, value, event.key);
    if (next === null) return;
    event.preventDefault();
    player.pause();
    store.scrub(next);
  };
  const share = (iteration: number) => `${(100 * iteration) / max}%`;
  return (
    <div class="xw-scrub">
      <div class="xw-track">
        <div class="xw-plot" aria-hidden="true">
          <svg viewBox={`0 0 ${BOX.width} ${BOX.height}`} preserveAspectRatio="none">
            <title>Score and mask size over the iterations</title>
            <path class="xw-grid" d={`M0 0H${BOX.width}M0 50H${BOX.width}M0 100H${BOX.width}`} />
            {info && (
              <path class="xw-goal" d={`M0 ${BOX.height * (1 - info.score)}H${BOX.width}`} />
            )}
            {others.map(({ index }) => (
              <path
                key={index}
                class="xw-other"
                d={curvePath(store.trace.value[String(index)]?.scores ?? [], max)}
              />
            ))}
            <path class="xw-size" d={curvePath(track?.means ?? [], max)} />
            <path class="xw-curve" d={curvePath(scores ?? [], max)} />
          </svg>
          {happened.map(({ iteration, kind, words }) => (
            <i
              key={`${kind} ${iteration}`}
              class="xw-event"
              data-kind={kind}
              title={`Iteration ${iteration}: ${words}`}
              style={{ left: share(iteration) }}
            />
          ))}
          {frames.length > 0 && <i class="xw-head" style={{ left: share(value) }} />}
        </div>
        <input
          type="range"
          aria-label="Iteration"
          min={0}
          max={max}
          step={1}
          value={value}
          disabled={frames.length === 0}
          aria-valuetext={`iteration ${value}, score ${score(scores?.[value] ?? mask?.score)}`}
          onInput={(event) => {
            player.pause();
            store.scrub(event.currentTarget.valueAsNumber);
            // The thumb snaps to what is kept, also where that leaves the value as it was.
            event.currentTarget.value = String(store.iteration.peek());
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div class="xw-scale" aria-hidden="true">
        <span>0</span>
        <span class="xw-keys">
          <span>
            score{takesAway(store.ran.value.game) ? " without it" : ""}
            {info ? `: ${shortName(info.name)}` : ""}
          </span>
          <span class="xw-thin">mask size</span>
          <span class="xw-dotted">image’s score</span>
          {others.length > 0 && <span class="xw-faint">other classes</span>}
          {happened.length > 0 && <span class="xw-marks">λ</span>}
        </span>
        <span>{max}</span>
      </div>
    </div>
  );
}
