import { SignOf } from "../../picture/sign";
import { shown } from "../../support/texts";
import type { Line } from "./lines";

/** Whether what a method shows changes with the network's weights: if not, it does not explain them. */
export function Sanity({ lines }: { lines: readonly Line[] }) {
  const known = lines.flatMap(({ id, name, measured }) =>
    measured?.randomized ? [{ id, name, ...measured.randomized }] : [],
  );
  if (known.length === 0) return null;
  return (
    <ul class="xw-sanity" aria-label="Sanity check">
      {known.map(({ id, name, passes, words }) => (
        <li key={id}>
          <SignOf sign={passes ? "holds" : "doubtful"} />
          <span>
            <b dir="auto">{shown(name)}</b>
            <span class="xw-sr">{passes ? " (passed)" : " (failed)"}</span> {shown(words)}
          </span>
        </li>
      ))}
    </ul>
  );
}
