import { shown } from "../../support/texts";
import { ALL, isFiltering, SORTS, type Sort } from "./listing";
import type { View } from "./view";
import { JUDGED, VERDICTS } from "./words";

const VERDICT_CHOICES: [string, string][] = [
  ["", "Any verdict"],
  ...JUDGED.map((verdict): [string, string] => [verdict, VERDICTS[verdict].name]),
  ["none", "No verdict"],
];

/** Which findings are listed, in which order, and what their colors mean. */
export function Sorting({ view }: { view: View }) {
  const { filter, sort, annotating, findings } = view;
  const labels = [...new Set(findings.all.value.map(({ label }) => label))].sort();
  const { text, verdict, label } = filter.value;
  const set = (changes: Partial<typeof ALL>) => {
    filter.value = { ...filter.value, ...changes };
  };
  return (
    <div class="xw-sorting">
      <input
        type="text"
        aria-label="Filter findings"
        placeholder="Filter by words"
        autoComplete="off"
        value={text}
        onInput={(event) => set({ text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          if (text) set({ text: "" });
          else view.sorting.value = false;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <Choice
        name="Filter by verdict"
        value={verdict}
        choices={VERDICT_CHOICES}
        choose={(chosen) => set({ verdict: chosen })}
      />
      <Choice
        name="Filter by label"
        // A label may be any text, also an empty one.
        value={label === null ? "" : `=${label}`}
        choices={[
          ["", "Any label"],
          ...labels.map((each): [string, string] => [`=${each}`, shown(each) || "No label"]),
        ]}
        choose={(chosen) => set({ label: chosen === "" ? null : chosen.slice(1) })}
      />
      <Choice
        name="Order"
        value={sort.value}
        choices={Object.entries(SORTS)}
        choose={(chosen) => {
          sort.value = chosen as Sort;
        }}
      />
      <Choice
        name="Colors mean"
        value={annotating.colorBy.value}
        choices={[
          ["verdict", "Color by verdict"],
          ["label", "Color by label"],
        ]}
        choose={(chosen) => {
          annotating.colorBy.value = chosen as "verdict" | "label";
        }}
      />
      {isFiltering(filter.value) && (
        <button
          type="button"
          onClick={() => {
            filter.value = ALL;
          }}
        >
          List all
        </button>
      )}
    </div>
  );
}

function Choice(props: {
  name: string;
  value: string;
  choices: readonly (readonly [value: string, words: string])[];
  choose(value: string): void;
}) {
  return (
    <select
      aria-label={props.name}
      title={props.name}
      value={props.value}
      onChange={(event) => props.choose(event.currentTarget.value)}
    >
      {props.choices.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
}
