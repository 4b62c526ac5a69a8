import { SignOf } from "../../picture/sign";
import { shown } from "../../support/texts";
import { brief } from "./curves";
import type { Line } from "./lines";

/** Whether what a method shows changes with the network's weights: if not, it does not explain them. */
export function Sanity({ lines }: { lines: readonly Line[] }) {
  const known = lines.flatMap(({ id, name, measured }) =>
    measured?.randomized ? [{ id, name, ...measured.randomized }] : [],
  );
  if (known.length === 0) return null;
  return (
    <div>
      <ul class="xw-sanity" aria-label="Sanity check">
        {known.map(({ id, name, passes, words, similarity }) => (
          <li key={id} title={shown(words)}>
            <SignOf sign={passes ? "holds" : "doubtful"} />
            <span>
              <b dir="auto">{shown(name)}</b>:{" "}
              {passes && similarity !== null ? `passes, ${brief(similarity)}` : shown(words)}
            </span>
          </li>
        ))}
      </ul>
      <p class="xw-note">
        Likeness to the map with random weights, 1 for the same; some comes from the photo.
      </p>
    </div>
  );
}
