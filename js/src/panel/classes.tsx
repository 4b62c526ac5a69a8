import { shortOf, takesAway } from "../catalog/sentences";
import { signOf } from "../catalog/trust";
import type { ClassInfo } from "../kernel/contract";
import { SignOf } from "../picture/sign";
import type { Store } from "../state/store";
import { score } from "../support/figures";
import { AddClass } from "./add_class";
import { NeedsKernel } from "./needs_kernel";
import type { Ui } from "./ui";

/** The classes being explained: which is drawn, what the image scores, what the mask scores now. */
export function Classes({ ui }: { ui: Ui }) {
  const { store } = ui;
  return (
    <div class="xw-classes">
      <div class="xw-title">
        <b>Classes</b>
        <span title={figures(store)}>image → {second(store)}</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend */}
      <div class="xw-list" role="group" aria-label="Classes">
        {store.classes.value.map((info) => (
          <ClassButton key={info.index} store={store} info={info} />
        ))}
      </div>
      <NeedsKernel store={store}>
        <AddClass store={store} id={ui.id} />
      </NeedsKernel>
    </div>
  );
}

/** How many letters tell one name from another; where they are the same, so many of its end. */
const [BEGINNING, ENDING] = [14, 8];

/** A name in a line: cut where it is too long, but not where that would make two of them alike. */
function Name({ of, among }: { of: ClassInfo; among: readonly ClassInfo[] }) {
  const letters = ([...name]: string) => name;
  const all = letters(shortOf(of));
  const alike = (other: ClassInfo) =>
    other.index !== of.index &&
    letters(shortOf(other)).slice(0, BEGINNING).join() === all.slice(0, BEGINNING).join();
  const end = all.length > BEGINNING + ENDING && among.some(alike) ? ENDING : 0;
  return (
    <>
      <span dir="auto">{all.slice(0, all.length - end).join("")}</span>
      {end > 0 && <span dir="auto">{all.slice(-end).join("")}</span>}
    </>
  );
}

/** What the second score is of. */
function second(store: Store): string {
  if (store.testing.edited.value) return "edited";
  return takesAway(store.words.value, store.ran.value.game) ? "without it" : "evidence";
}

/** Scores of different pictures stand one below the other: they are no contest. */
function figures(store: Store): string {
  if (store.testing.edited.value) return "Scores of the photo and of the edited picture";
  return "Scores of the photo, and of each class’s own evidence: only the photo’s say which class the network prefers";
}

function ClassButton({ store, info }: { store: Store; info: ClassInfo }) {
  const edited = store.testing.edited.value !== null;
  const now = edited ? scoreEdited() : scoreNow(info.index);
  const checks = store.checks.value[String(info.index)];
  const sign = checks && signOf(checks);
  const missing = store.missing(info.index);
  const both = info.contrast?.map(([name, of]) => `${name} ${score(of)}`).join(" · ");
  const width = `${100 * (Number.isFinite(now) ? now : 0)}%`;
  return (
    <button
      type="button"
      class="xw-class"
      title={`${info.name} (${both ?? `class ${info.index}`})${missing && `\n${missing}. ${store.offline.value}`}`}
      aria-pressed={store.target.value === info.index}
      aria-disabled={missing !== "" || undefined}
      onClick={() => missing || store.choose(info.index)}
    >
      <span class="xw-name">
        <Name of={info} among={store.classes.value} />
        {checks && (sign === "doubtful" || sign === "none") && (
          <>
            <SignOf sign={sign} />
            <span class="xw-sr">, {checks.verdict}</span>
          </>
        )}
      </span>
      <span class="xw-scores">
        <span class="xw-sr">image </span>
        {score(info.score)}
        <span aria-hidden="true"> → </span>
        <span class="xw-sr">, {second(store)} </span>
        <b>{score(now)}</b>
      </span>
      {both && (
        <span class="xw-scores" style="grid-area:3/1/4/-1;white-space:normal">
          {both}
        </span>
      )}
      <span class={edited ? "xw-bar xw-edited" : "xw-bar"} aria-hidden="true">
        <i style={{ width }} />
        <u style={{ left: `${100 * info.score}%` }} />
      </span>
    </button>
  );

  /** Of the input that a person edited; the last one scored, so that the bar does not flicker. */
  function scoreEdited(): number {
    return store.testing.lastAnswer.value.scores?.[String(info.index)] ?? Number.NaN;
  }

  /** p(e) of this class at the iteration drawn: its mask's own score, also while another is drawn. */
  function scoreNow(index: number): number {
    const mask = store.drawn.value;
    if (mask?.target === index) return mask.score;
    const scores = store.trace.value[String(index)]?.scores ?? [];
    return scores[Math.min(store.drawn.value?.iteration ?? 0, scores.length - 1)] ?? Number.NaN;
  }
}
