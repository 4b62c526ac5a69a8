import { shortOf, takesAway } from "../catalog/sentences";
import { classOf } from "../state/classes";
import { step } from "../state/timeline";
import { score } from "../support/figures";
import { BOX, curvePath, events } from "./curve";
import { Play } from "./play";
import { ToolButton } from "./tool_button";
import type { Ui } from "./ui";

/** Looking back: the score's curve with the slider on it. */
export function Timeline({ ui }: { ui: Ui }) {
  const { store, details } = ui;
  const atEnd = store.follow.value || store.iteration.value === store.keyframes.value.at(-1);
  const takes = takesAway(store.words.value, store.ran.value.game);
  const info = classOf(store, store.target.value);
  return (
    <div class="xw-time">
      <div class="xw-tools">
        <Play ui={ui} />
        <span class="xw-keys" aria-hidden="true">
          <span title={info?.name}>
            score{takes ? " without it" : ""}
            {info ? `: ${shortOf(info)}` : ""}
          </span>
          <span class="xw-dotted">image’s score</span>
        </span>
        <ToolButton
          name="Details"
          title="Mask size, other classes, changes of sparsity λ"
          pressed={details.value}
          act={() => {
            details.value = !details.value;
          }}
          words="Details"
        />
        <button
          type="button"
          class="xw-tool"
          disabled={atEnd}
          title="Follow the newest iteration"
          onClick={store.latest}
        >
          Latest
        </button>
      </div>
      <Scrubber ui={ui} />
    </div>
  );
}

function Scrubber({ ui }: { ui: Ui }) {
  const { player, store } = ui;
  const details = ui.details.value;
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
  const happened = track && details ? events(track, running) : [];
  const info = classOf(store, store.target.value);
  const others = details ? store.classes.value.filter((each) => each !== info) : [];
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
          {["1", "0.5", "0"].map((value) => (
            <span key={value} class="xw-y">
              {value}
            </span>
          ))}
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
            {details && <path class="xw-size" d={curvePath(track?.means ?? [], max)} />}
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
        {details ? (
          <span class="xw-keys">
            <span class="xw-thin">mask size</span>
            {others.length > 0 && <span class="xw-faint">other classes</span>}
            {happened.length > 0 && <span class="xw-marks">λ changed</span>}
          </span>
        ) : (
          <span>iteration</span>
        )}
        <span>{max}</span>
      </div>
    </div>
  );
}
