/** What the parts of the panel that show findings have in common: one for each view. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FindingRecord } from "../../kernel/contract";
import type { Ui } from "../../panel/ui";
import { createMarking, type Marking } from "../marking";
import { alike, type Region } from "../region";
import type { Findings, State } from "../state/findings";
import { styleOf } from "../style";
import { type Annotating, createAnnotating } from "../view";
import { type Acts, createActs } from "./acts";
import { type Line, lineOf } from "./lines";
import { ALL, type Filter, listed, type Sort } from "./listing";
import { createProposals, type Proposals } from "./proposals";
import { asJudged, asTold, told as toldOf } from "./told";

export interface View {
  ui: Ui;
  findings: Findings;
  annotating: Annotating;
  marking: Marking;
  filter: Signal<Filter>;
  sort: Signal<Sort>;
  /** Whether the rows that filter and sort are unfolded. */
  sorting: Signal<boolean>;
  /** What there is to say of the file that was written last; empty once it was read. */
  written: Signal<readonly string[]>;
  proposals: Proposals;
  /** A finding as a person may see it. */
  told(finding: FindingRecord): FindingRecord;
  /** What is listed, in its order, and as its lines. */
  order: ReadonlySignal<readonly FindingRecord[]>;
  lines: ReadonlySignal<readonly Line[]>;
  act: Acts;
}

/** A finding as a person may see it. */
function toldIn({ author, reviews }: Findings) {
  return (finding: FindingRecord) => asTold(finding, author.value, reviews.value);
}

/** So alike, as intersection over union, a proposal is the finding that is there. */
const SAME = 0.95;

export function createPanel(ui: Ui, findings: Findings): View {
  const filter = signal<Filter>(ALL);
  const sort = signal<Sort>("newest");
  const sorting = signal(false);
  const written = signal<readonly string[]>([]);
  const told = toldIn(findings);
  // The picture gives nothing away that the list does not tell.
  const all = computed(() => {
    const [me, reviews] = [findings.author.value, findings.reviews.value];
    return findings.all.value.map((finding) => asJudged(finding, me, reviews));
  });
  const annotating = createAnnotating(ui, { all });
  const order = computed(() =>
    listed(all.value, filter.value, sort.value, ({ id }) => {
      const effect = findings.effectOf(id);
      return typeof effect === "string" ? null : effect;
    }),
  );
  const act = createActs({
    ...{ ui, findings, annotating, order, written, propose: () => proposals.open() },
    close() {
      if (proposals.on.peek()) proposals.shut();
      else if (sorting.peek()) sorting.value = false;
      else return false;
      return true;
    },
  });
  const proposals = createProposals({
    mask: () => ui.scene.peek()?.mask ?? null,
    least: () => ui.threshold.peek(),
    channel: () => ui.channel.peek(),
    proposed: annotating.proposed,
    add(region) {
      const target = ui.store.drawn.peek()?.target;
      const mine = findings.all.peek().find(({ author, seen, frame, ...each }) => {
        const known = seen.target === target && author === findings.author.peek();
        return known && alike(each.region as Region, region, frame) >= SAME;
      });
      annotating.selected.value = (mine ?? act.add(region)).id;
      if (mine) annotating.says.value = "You marked this already.";
    },
    say(words, more) {
      annotating.says.value = more ? `${annotating.says.peek()} ${words}` : words;
    },
  });
  const unwant = effect(() => {
    if (annotating.on.value) findings.want();
  });
  let last = findings.stepped.peek();
  const untell = effect(() => {
    const done = findings.stepped.value;
    if (done === last) return;
    last = done;
    if (done) act.tell(done);
  });
  ui.ended.addEventListener("abort", () => {
    unwant();
    untell();
  });
  const { add } = act;
  const marking = createMarking(ui, annotating, { all, add, change: findings.change });
  const parts = { ui, findings, annotating, marking, filter, sort, sorting, written, proposals };
  const view = { ...parts, told, order, act };
  return { ...view, lines: computed(() => linesOf(view)) };
}

function linesOf({ ui, findings, annotating, order, told }: Omit<View, "lines">): Line[] {
  const me = findings.author.value;
  const reviews = findings.reviews.value;
  const hidden = annotating.hidden.value;
  const byLabel = annotating.colorBy.value === "label";
  const clashes = new Map(findings.clashes.value.map((each) => [each.mine.id, each.theirs]));
  return order.value.flatMap((finding) => {
    const { id } = finding;
    const theirs = clashes.get(id);
    const { others, blind, verdict } = toldOf(finding, me, reviews);
    const reviewed = others && verdict !== "";
    const circumstances = {
      effect: findings.effectOf(id),
      blind: blind && !reviewed,
      author: others ? finding.author : "",
      reviewed,
      theirs: reviewed ? (findings.get(id)?.verdict ?? "") : "",
      hidden: hidden.has(id),
      color: byLabel ? styleOf(finding, "label").color : undefined,
      // An exported page has no other place.
      unsaved: ui.store.portable.value ? "" : UNSAVED[findings.stateOf(id)],
    };
    if (!theirs) return [lineOf(finding, { ...circumstances, side: "" })];
    return [
      lineOf(finding, { ...circumstances, side: "mine" }),
      lineOf(told(theirs), {
        ...circumstances,
        theirs: "",
        reviewed: false,
        unsaved: "",
        side: "theirs",
      }),
    ];
  });
}

const UNSAVED: Record<State, string> = {
  saved: "",
  kernel: "",
  saving: "",
  page: "only in this page",
};
