import { score } from "../../support/figures";
import { shown } from "../../support/texts";
import type { Row } from "./ranking";
import { Sample } from "./sample";
import { Area, isFar, REACH } from "./share";
import { className, isComparing, type View } from "./view";

/** Below the pictures, where something stands beside: what each of them is worth. */
export function Compared({ view }: { view: View }) {
  const { share } = view;
  if (!isComparing(view)) return null;
  return (
    <section class="xw-judged xw-compared" aria-label="Compared">
      {share.value === null ? (
        <div class="xw-acts">
          <button
            type="button"
            class="xw-small"
            title="As many pixels of every picture, those that it ranks first, scored alone"
            onClick={() => {
              share.value = REACH.first / 100;
            }}
          >
            Compare at equal area
          </button>
          <span class="xw-note">their values differ in kind</span>
          <ToMeasures view={view} />
        </div>
      ) : (
        <AtEqualArea view={view} share={share.value} />
      )}
    </section>
  );
}

/** They stand where there is more room. */
function ToMeasures({ view: { ui } }: { view: View }) {
  if (ui.store.offline.value) return null;
  return (
    <button
      type="button"
      class="xw-small xw-to"
      title="Deletion, insertion, ROAD, sufficiency, comprehensiveness, and the sanity check: below"
      onClick={() => {
        const section = ui.root.querySelector<HTMLElement>(".xw-measures");
        section?.focus({ preventScroll: true });
        section?.scrollIntoView({ block: "nearest" });
      }}
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
  const info = ui.store.classes.value.find(({ index }) => index === ui.store.target.value);
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
        <p title={`Score of these pixels alone, for ${name}`}>
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
          {rows.map((row) => (
            <RankedRow key={row.id} view={view} row={row} witness={witness} photo={info?.score} />
          ))}
        </tbody>
      </table>
      <p class="xw-note" role={error ? "alert" : undefined}>
        {error || (info && `The mark is the photo’s own score, ${score(info.score)}.`)}
      </p>
    </>
  );
}

function RankedRow(props: { view: View; row: Row; witness: boolean; photo: number | undefined }) {
  const { view, row, witness, photo } = props;
  return (
    <tr
      data-ours={row.id === 0 || undefined}
      data-best={row.place === 1 || undefined}
      onPointerEnter={() => {
        view.pointed.value = row.id;
      }}
      onPointerLeave={() => {
        view.pointed.value = null;
      }}
    >
      <th scope="row">
        <i class="xw-place">{row.place ?? ""}</i>
        <Sample line={view.lines.value.get(row.id) ?? 0} />
        <span dir="auto" title={shown(row.name)}>
          {shown(row.name)}
        </span>
      </th>
      <Bar value={row.own} photo={photo} />
      {witness && <Bar value={row.witness} />}
    </tr>
  );
}

function Bar({ value, photo }: { value: number | null; photo?: number | undefined }) {
  return (
    <td>
      <span>
        <span class="xw-bar" aria-hidden="true">
          <i style={{ width: `${100 * (value ?? 0)}%` }} />
          {photo !== undefined && <u style={{ left: `${100 * photo}%` }} />}
        </span>
        <b>{score(value)}</b>
      </span>
    </td>
  );
}
