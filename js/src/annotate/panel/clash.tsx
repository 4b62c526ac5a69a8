import { capital } from "../../support/figures";
import { isolated } from "../../support/texts";
import type { View } from "./view";
import { nameOf } from "./words";

/** Findings that another changed meanwhile: both are there until a person says which stays. */
export function Clashes({ view }: { view: View }) {
  const { findings } = view;
  const clashes = findings.clashes.value;
  if (clashes.length === 0) return null;
  return (
    <div class="xw-clashes">
      {clashes.map(({ mine, theirs }) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend
        <div key={mine.id} class="xw-clash" role="group" aria-label="Changed meanwhile">
          <p>
            <b dir="auto">{nameOf(view.told(theirs))}</b> was{" "}
            {theirs.deleted ? "deleted" : "changed"} meanwhile
            {theirs.author && ` by ${isolated(theirs.author)}`}.{" "}
            {differences(view.told(mine), view.told(theirs))}
          </p>
          <button type="button" onClick={() => view.act.resolve(mine.id, "theirs")}>
            Take theirs
          </button>
          <button type="button" onClick={() => view.act.resolve(mine.id, "mine as new")}>
            Keep mine as a new finding
          </button>
        </div>
      ))}
    </div>
  );
}

type Both = View["findings"]["clashes"]["value"][number];

const COMPARED = ["verdict", "kind", "label", "reason"] as const;

const words = (text: string) => isolated(text) || "none";

/** What the two say otherwise. */
export function differences(mine: Both["mine"], theirs: Both["theirs"]): string {
  if (theirs.deleted) return "Yours is still here.";
  const said = COMPARED.filter((field) => mine[field] !== theirs[field]).map(
    (field) => `${field}: ${words(theirs[field])} (yours ${words(mine[field])})`,
  );
  const same = JSON.stringify(mine.region) === JSON.stringify(theirs.region);
  return capital(`${[...said, ...(same ? [] : ["the region differs"])].join("; ")}.`);
}
