import { bestOf, brief, lastOf, pathOf } from "./curves";
import type { Line } from "./lines";
import { Named, pointing } from "./named";
import { strokes } from "./sample";
import type { View } from "./view";

/** The measures with a curve: whether higher is better, and what its pixels go through. */
const CURVES = [
  ["deletion", "Deletion", false, "as pixels are taken away, the most relevant first"],
  ["insertion", "Insertion", true, "as pixels are put back, the most relevant first"],
  [
    ...(["road", "ROAD", false] as const),
    "as pixels are filled in from what is around them, the most relevant first",
  ],
] as const;

/** A chart for each measure with the curves of all panes, and below it their mean heights, best first. */
export function Charts({ view, lines }: { view: View; lines: readonly Line[] }) {
  return (
    <div class="xw-charts">
      {CURVES.map(([name, label, more, about]) => (
        <figure key={name}>
          <figcaption title={`The score ${about}. Below: the mean height of the curve`}>
            <b>{label}</b> <span>{more ? "high" : "low"} is best</span>
          </figcaption>
          <Chart view={view} lines={lines} name={name} label={label} />
          <p aria-hidden="true">
            <span>0%</span>
            <span>of the pixels</span>
            <span>{Math.round(100 * endOf(lines, name))}%</span>
          </p>
          <Heights view={view} lines={lines} name={name} more={more} />
        </figure>
      ))}
    </div>
  );
}

/** The share of the pixels with which the curves end. */
function endOf(lines: readonly Line[], name: Of["name"]): number {
  return Math.max(...lines.map(({ side }) => (side ? lastOf(side[name]) : 0))) || 1;
}

interface Of {
  view: View;
  lines: readonly Line[];
  name: (typeof CURVES)[number][0];
}

function Chart({ view, lines, name, label }: Of & { label: string }) {
  const pointed = view.pointed.value;
  return (
    <div>
      <svg
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label} curves`}
      >
        <path class="xw-grid" d="M0 0H100M0 50H100M0 100H100" />
        {lines.map(({ id, line, side }) => (
          <path
            key={id}
            {...strokes(line)}
            data-faint={(pointed !== null && pointed !== id) || undefined}
            d={side ? pathOf(side[name]) : ""}
          />
        ))}
      </svg>
      <span aria-hidden="true">1</span>
      <span aria-hidden="true">0</span>
    </div>
  );
}

/** The legend of a chart, with the mean height of each curve. */
function Heights({ view, lines, name, more }: Of & { more: boolean }) {
  const known = lines.flatMap((line) =>
    line.side ? [{ ...line, height: line.side[name].height }] : [],
  );
  const order = ({ height, itself }: { height: number | null; itself: boolean }) =>
    height === null ? Number.POSITIVE_INFINITY : (more ? -height : height) + (itself ? 2 : 0);
  const sorted = known.sort((a, b) => order(a) - order(b));
  const best = bestOf(
    sorted.map(({ height, itself }) => (itself ? null : height)),
    more,
  );
  return (
    <ol aria-label="Mean heights, best first">
      {sorted.map(({ id, name: of, line, height, itself }, k) => (
        <li key={id} {...pointing(view, id)}>
          <Named name={of} {...{ line, itself }} />
          {best[k] ? <b>{brief(height)}</b> : <i>{brief(height)}</i>}
        </li>
      ))}
    </ol>
  );
}
