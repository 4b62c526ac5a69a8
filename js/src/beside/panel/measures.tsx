import { shown } from "../../support/texts";
import { isBusy, measure, stopMeasuring } from "./acts";
import { Charts } from "./charts";
import { EqualArea } from "./equal_area";
import { type Line, linesOf } from "./lines";
import { Sanity } from "./sanity";
import { isComparing, type View } from "./view";

/** All measures of all panes, and whether their methods pass the sanity check. */
export function Measures({ view }: { view: View }) {
  if (!isComparing(view) || view.ui.store.offline.value) return null;
  const lines = linesOf(view);
  const measured = lines.filter(({ measured }) => measured?.measures);
  const witness = measured.some(({ measured }) => measured?.measures?.witness);
  const busy = lines.find(({ measured }) => measured && isBusy(measured));
  const left = lines.filter(({ measured, shown }) => {
    const there = shown ? shown.values : view.ui.store.drawn.value;
    return there && !measured?.measures && !(measured && isBusy(measured));
  });
  const unchecked = lines.filter(({ measured, shown }) => {
    const method = !shown || shown.kind === "method";
    return method && !measured?.randomized && !(measured && isBusy(measured));
  });
  const failed = lines.flatMap(({ name, measured }) =>
    measured?.state === "failed" ? [`${shown(name)}: ${shown(measured.error)}`] : [],
  );
  return (
    <section class="xw-judged xw-measures" aria-label="Measures" tabIndex={-1}>
      <div class="xw-acts">
        <b>Measures</b>
        <button
          type="button"
          class="xw-small"
          aria-disabled={left.length === 0 || undefined}
          title="Some seconds each"
          onClick={() => measure(view, "measure", left.map(idOf))}
        >
          {measured.length === 0 || left.length === 0 ? "Measure" : "Measure the others"}
        </button>
        <button
          type="button"
          class="xw-small"
          aria-disabled={unchecked.length === 0 || undefined}
          title="With random weights maps must change"
          onClick={() => measure(view, "randomize", unchecked.map(idOf))}
        >
          Sanity check
        </button>
        {witness && <Sides view={view} />}
        <Progress view={view} busy={busy} />
      </div>
      {failed.map((words) => (
        <p key={words} class="xw-note" role="alert">
          {words}
        </p>
      ))}
      {measured.length > 0 && (
        <div class="xw-results">
          <div>
            <Charts view={view} lines={measured} />
            <p class="xw-note">Scattered pixels look good in deletion, less in ROAD.</p>
          </div>
          <div>
            <EqualArea view={view} lines={measured} />
            <Sanity lines={lines} />
          </div>
        </div>
      )}
      {measured.length === 0 && <Sanity lines={lines} />}
    </section>
  );
}

const idOf = ({ id }: Line) => id;

/** What is measured now; its place is kept, so that nothing moves. */
function Progress({ view, busy }: { view: View; busy: Line | undefined }) {
  const running = busy?.measured?.state === "running" ? busy : undefined;
  const share = running?.measured?.progress ?? 0;
  return (
    <span class="xw-measuring" data-on={busy ? "" : undefined}>
      <span role="status" aria-label="Measuring">
        {busy
          ? `${shown(busy.name)}: ${running ? `${Math.floor(100 * share)}%` : "waiting …"}`
          : ""}
      </span>
      {busy && (
        <button type="button" class="xw-small" onClick={() => stopMeasuring(view)}>
          Stop
        </button>
      )}
    </span>
  );
}

/** Whose scores they are. */
function Sides({ view }: { view: View }) {
  const { byWitness, ui } = view;
  return (
    <div class="xw-tabs xw-sides" role="radiogroup" aria-label="Measured on">
      {[false, true].map((witness) => (
        <label key={String(witness)}>
          <input
            type="radio"
            name={`${ui.id}-side`}
            checked={byWitness.value === witness}
            onChange={() => {
              byWitness.value = witness;
            }}
          />
          <span>{witness ? "Witness" : "Own network"}</span>
        </label>
      ))}
    </div>
  );
}
