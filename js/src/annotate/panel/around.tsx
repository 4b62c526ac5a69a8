import { Icon } from "./icons";
import { Mark } from "./mark";
import type { View } from "./view";
import { JUDGED, VERDICTS } from "./words";

/** The verdict of the selected finding, the ways to the others, and what can be done with it. */
export function Around({ view, verdict }: { view: View; verdict: string | null }) {
  const { act, order, annotating } = view;
  const none = verdict === null;
  const at = order.value.findIndex(({ id }) => id === annotating.selected.value);
  const count = order.value.length;
  const place = at < 0 ? `${count}` : `${at + 1} / ${count}`;
  const button = (icon: string, name: string, key: string, does: () => void, off: boolean) => (
    <button
      type="button"
      class="xw-small"
      aria-label={name}
      title={`${name} (${key})`}
      // Not disabled: a button that has the focus would lose it to the page.
      aria-disabled={off || undefined}
      onClick={() => off || does()}
    >
      <Icon name={icon} />
    </button>
  );
  return (
    <div class="xw-line">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend */}
      <span role="group" aria-label="Verdict" class="xw-group xw-verdicts">
        {JUDGED.map((each) => {
          const { name, key, title } = VERDICTS[each];
          return (
            <button
              key={each}
              type="button"
              aria-pressed={verdict === each}
              aria-disabled={none || undefined}
              title={`${title} (${key})`}
              onClick={() => none || act.judge(each)}
            >
              <Mark verdict={each} />
              {name}
            </button>
          );
        })}
      </span>
      <span class="xw-around">
        {button("previous", "Previous finding", "Shift+N", () => act.go(-1), count === 0)}
        <span class="xw-count" title="Place in the list">
          {place}
        </span>
        {button("next", "Next finding", "N", () => act.go(1), count === 0)}
        {button("duplicate", "Duplicate", "Ctrl+D", act.duplicate, none)}
        {button("delete", "Delete", "Del", act.remove, none)}
      </span>
    </div>
  );
}
