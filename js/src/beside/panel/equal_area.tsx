import { bestOf, brief } from "./curves";
import type { Line } from "./lines";
import { Named, pointing } from "./named";
import type { View } from "./view";

const GROUPS = [
  ["sufficiency", "Sufficiency", "Score of the top share of the pixels alone: higher is better"],
  [
    ...(["comprehensiveness", "Comprehensiveness"] as const),
    "What the photo’s score loses without the top share of the pixels: higher is better",
  ],
] as const;

/** What the top 10, 20 and 30% of the pixels are worth, alone and to the rest; the best is bold. */
export function EqualArea({ view, lines }: { view: View; lines: readonly Line[] }) {
  const areas = lines[0]?.measured?.measures?.areas ?? [];
  const columns = GROUPS.flatMap(([name]) =>
    areas.map((area, k) => {
      const values = lines.map(({ side }) => side?.[name][k] ?? null);
      const ours = values.map((value, row) => (lines[row]?.itself ? null : value));
      return { name, area, values, best: bestOf(ours, true) };
    }),
  );
  return (
    <div class="xw-scrolls">
      <table class="xw-equal">
        <caption class="xw-sr">Sufficiency and comprehensiveness; higher is better</caption>
        <thead>
          <tr>
            <td />
            {GROUPS.map(([name, words, title]) => (
              <th key={name} scope="colgroup" colSpan={areas.length} title={title}>
                {words} <span aria-hidden="true">↑</span>
              </th>
            ))}
          </tr>
          <tr>
            <td />
            {columns.map(({ name, area }) => (
              <th key={`${name} ${area}`} scope="col">
                {Math.round(100 * area)}%
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ id, name, line, itself }, row) => (
            <tr key={id} {...pointing(view, id)}>
              <th scope="row">
                <Named {...{ name, line, itself }} />
              </th>
              {columns.map(({ name, area, values, best }) => (
                <td key={`${name} ${area}`}>
                  {best[row] ? <b>{brief(values[row])}</b> : brief(values[row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
