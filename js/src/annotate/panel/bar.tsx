import type { Tool } from "../../picture/tools/tool";
import { Around } from "./around";
import { Drawing } from "./drawing_options";
import { Judging } from "./judging";
import { Propose } from "./propose";
import { told } from "./told";
import type { View } from "./view";
import { JUDGED, VERDICTS } from "./words";

/**
 * Below the picture while annotating: the finding that is selected, and what is said of it. It is as
 * high with one as without, so that nothing moves while findings are marked and judged.
 */
export function Bar({ view }: { view: View }) {
  if (!view.annotating.on.value) return null;
  return (
    <div class="xw-judge">
      {view.proposals.on.value ? <Propose view={view} /> : <Selected view={view} />}
      <div class="xw-line xw-drawing">
        <span role="status">{view.annotating.says.value}</span>
        <Drawing view={view} />
      </div>
    </div>
  );
}

function Selected({ view }: { view: View }) {
  const { annotating, findings } = view;
  const finding = findings.get(annotating.selected.value);
  const own = finding && told(finding, findings.author.value, findings.reviews.value);
  return (
    <section class="xw-selected" aria-label="Selected finding">
      <Around view={view} verdict={own?.verdict ?? null} />
      {finding && own ? (
        <Judging key={finding.id} view={view} finding={finding} own={own} />
      ) : (
        <Nothing view={view} />
      )}
    </section>
  );
}

const KEYS = [
  ...JUDGED.map((verdict) => [VERDICTS[verdict].key, verdict] as const),
  ["T", "label"],
  ["N", "next finding"],
  ["A", "stop annotating"],
] as const;

/** What to do next, where no finding is selected. */
function Nothing({ view }: { view: View }) {
  const tool: Tool | null = view.ui.chosenTool.value;
  const some = view.findings.all.value.length > 0;
  return (
    <>
      <p class="xw-empty">
        {tool?.button?.title ??
          `Choose a tool and mark what you see${some ? ", or select a finding to judge it" : ""}.`}
      </p>
      <div>
        <button
          type="button"
          title="The connected parts of the evidence, those that hold most of it first"
          onClick={view.act.propose}
        >
          Propose regions
        </button>
      </div>
      <p class="xw-line xw-note">
        {KEYS.map(([key, words]) => (
          <span key={key}>
            <b>{key}</b> {words}
          </span>
        ))}
      </p>
    </>
  );
}
