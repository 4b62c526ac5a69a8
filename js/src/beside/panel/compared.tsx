import { percent, score } from "../../support/figures";
import { shown } from "../../support/texts";
import type { Shown } from "../view";
import { bestOf } from "./curves";
import { Named, pointing } from "./named";
import type { Row } from "./ranking";
import { Area, isFar, REACH } from "./share";
import { className, isComparing, type View } from "./view";

/** Below the pictures, where something stands beside: what each of them is worth. */
export function Compared({ view }: { view: View }) {
  const { share } = view;
  if (!isComparing(view)) return null;
  return (
    <section class="xw-judged xw-compared" aria-label="Compared">
      {share.value === null ? (
        <>
          <div class="xw-acts">
            <button
              type="button"
              class="xw-small"
              onClick={() => {
                share.value = REACH.first / 100;
              }}
            >
              Compare at equal area
            </button>
            <span class="xw-note">their values differ in kind</span>
            <ToMeasures view={view} />
          </div>
          <Notes view={view} />
        </>
      ) : (
        <AtEqualArea view={view} share={share.value} />
      )}
    </section>
  );
}

/** What each picture's values are, and what must be known of them; by area, what models say. */
function Notes({ view: { shown, share } }: { view: View }) {
  const byArea = share.value !== null;
  const notes = shown.value.flatMap((each) => {
    const words = each.values && (!byArea || each.kind === "model") ? noteOf(each) : "";
    return words ? [{ ...each, words }] : [];
  });
  return notes.map(({ key, label, words }) => (
    <p key={key} class="xw-note">
      <b dir="auto">{label}</b>: {words}
    </p>
  ));
}

/** In a sentence or two. */
export function noteOf({ kind, about, unit, clipped, note }: Shown): string {
  const beyond = clipped > 0 ? `* ${percent(clipped)} of the values are beyond the scale` : "";
  const scale = [unit, beyond].filter(Boolean).join("; ");
  // What follows its first sentence, which every model has: what each finds most likely.
  const finds = kind === "model" ? about.slice(about.indexOf(". ") + 2) : "";
  return [scale && `${scale}.`, finds, note].filter(Boolean).join(" ");
}

/** They stand where there is more room. */
function ToMeasures({ view: { ui } }: { view: View }) {
  if (ui.store.offline.value) return null;
  return (
    <button
      type="button"
      class="xw-small xw-to"
      onClick={() => ui.root.querySelector<HTMLElement>(".xw-measures")?.focus()}
    >
      Measures ↓
    </button>
  );
}

/** Scores of as many pixels by each, best first. */
function AtEqualArea({ view, share }: { view: View; share: number }) {
  const { ui, scoring } = view;
  const rows = view.rows.value;
  const witness = rows.some((row) => row.witness !== null);
  const best = bestOf(
    rows.map((row) => row.witness),
    true,
  );
  const percent = Math.round(100 * share);
  const name = shown(className(view));
  const error = scoring.error.value;
  const { offline } = ui.store;
  if (offline.value && rows.every(({ own }) => own === null)) {
    return (
      <>
        {isFar(view) && <Area view={view} />}
        <p class="xw-note">Nothing is scored: {offline.value}</p>
      </>
    );
  }
  return (
    <>
      <div class="xw-acts">
        <p>
          <b>Top {percent}% of the pixels by each</b> <span dir="auto">alone, for {name}</span>
        </p>
        <ToMeasures view={view} />
      </div>
      {isFar(view) && <Area view={view} />}
      <table
        class="xw-ranking"
        aria-label={`Scores of the top ${percent}% of the pixels by each, for ${name}`}
        data-pending={scoring.pending.value || undefined}
      >
        <thead>
          <tr>
            <td />
            <th scope="col" title={ui.store.netName.value}>
              own network
            </th>
            {witness && <th scope="col">witness</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, k) => (
            <RankedRow key={row.id} {...{ view, row, witness }} best={best[k] === true} />
          ))}
        </tbody>
      </table>
      <p class="xw-note" role={error ? "alert" : undefined}>
        {error || "Marks: the photo’s own scores."}
      </p>
      <Notes view={view} />
    </>
  );
}

interface Ranked {
  view: View;
  row: Row;
  witness: boolean;
  /** By the witness. */
  best: boolean;
}

function RankedRow({ view, row, witness, best }: Ranked) {
  return (
    <tr {...pointing(view, row.id)}>
      <th scope="row">
        <i class="xw-place">{row.place ?? ""}</i>
        <Named name={row.name} line={view.lines.value.get(row.id) ?? 0} itself={row.itself} />
      </th>
      <Bar value={row.own} photo={row.image} best={row.place === 1} />
      {witness && <Bar value={row.witness} photo={row.witness_image} best={best} />}
    </tr>
  );
}

function Bar(props: { value: number | null; photo: number | null; best: boolean }) {
  const { value, photo, best } = props;
  return (
    <td data-best={best || undefined}>
      <span>
        <span class="xw-bar" aria-hidden="true">
          <i style={{ width: `${100 * (value ?? 0)}%` }} />
          {photo !== null && <u style={{ left: `${100 * photo}%` }} />}
        </span>
        <b>{score(value)}</b>
      </span>
    </td>
  );
}
