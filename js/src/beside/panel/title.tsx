import type { AreaScore } from "../../kernel/contract";
import { gradient } from "../../picture/colormap";
import type { Pane } from "../../picture/panes";
import { Legend } from "../../picture/titles";
import { percent, score } from "../../support/figures";
import { shown } from "../../support/texts";
import { divergingGradient } from "../colormap";
import type { Shown } from "../view";
import { ends } from "../written";
import { Sample } from "./sample";
import { OURS, type View } from "./view";

/** Over each picture: its name, then its score at the area or its scale, and what takes it away. */
export function Title({ view, pane }: { view: View; pane: Pane }) {
  const { ui, share } = view;
  const each = view.of(pane.key);
  const ours = pane.key === "main";
  const id = ours ? 0 : each?.id;
  const byArea = share.value !== null;
  // Where a table or a chart refers to it.
  const told = byArea || view.beside.measured.value.length > 0;
  const line = told && typeof id === "number" ? view.lines.value.get(id) : undefined;
  const name = shown(pane.head.name) || OURS;
  // Another model's mask is looked at as ours is.
  const mask = each?.kind === "model" && pane.scene.mask;
  const [all, word] = mask ? [percent(mask.mean), "shown"] : pane.head.figures;
  return (
    <span
      class="xw-pane-title xw-beside-title"
      style={{ height: `${ui.size.value.title}px` }}
      title={`${shown(pane.title)}\n${shown(pane.says)}`}
    >
      <span>
        {line !== undefined && <Sample line={line} />}
        <span dir="auto">{name}</span>
      </span>
      {byArea && typeof id === "number" && view.isBeside() && (!ours || view.own.value) ? (
        <AtArea
          view={view}
          scores={view.scoring.scores.value[id]}
          itself={each?.kind === "model"}
        />
      ) : byArea && each?.kind === "difference" && view.judging ? (
        <i class="xw-aside">not scored</i>
      ) : (
        <>
          {(!each || mask) && (
            <span class="xw-head-figures">
              <span>{all} </span>
              <i>{word}</i>
            </span>
          )}
          {each && pane.scene.figure && <Scale of={each} dark={ui.dark.value} />}
          {pane.scene.mask && pane.view === "heat" && <Legend picture={ui} />}
        </>
      )}
      {each && (each.id === null || !ui.store.offline.value) && <Close view={view} of={each} />}
    </span>
  );
}

function Close({ view, of }: { view: View; of: Shown }) {
  const name = shown(of.label);
  return (
    <button
      type="button"
      class="xw-bare"
      aria-label={`Remove ${name}`}
      title={`Remove ${name}`}
      onClick={() => takeAway(view, of)}
    >
      ✕
    </button>
  );
}

/** Where its button was there is nothing then: the keys go on at the picture. */
export function takeAway(view: View, { id, key }: Pick<Shown, "id" | "key">): void {
  if (id !== null) view.beside.remove(id);
  else {
    const { differences, against } = view;
    differences.value = differences.peek().filter((index) => key !== `difference-${index}`);
    against.value = against.peek().filter((pane) => key !== `only-${pane}`);
  }
  view.ui.refocus();
}

/** The ends of a scale and the colors between: it is fixed or symmetric, and always stated. */
function Scale({ of, dark }: { of: Shown; dark: boolean }) {
  const [least, most] = ends(of);
  const clipped = of.clipped > 0 ? `${percent(of.clipped)} of the values are beyond` : "";
  const title = [
    of.signed
      ? `From ${least} (against the class) to ${most} (for it); 0 has the paper’s color`
      : "From 0 to 1, on a fixed scale",
    clipped,
    shown(of.unit),
  ];
  return (
    <span class="xw-legend" title={title.filter(Boolean).join("; ")}>
      {!of.signed && least}
      <i style={{ backgroundImage: of.signed ? divergingGradient(dark) : gradient() }} />
      {of.signed ? `±${most.slice(1)}` : most}
      {clipped && "*"}
    </span>
  );
}

/** What the top pixels alone score, on the net and on a witness. */
function AtArea(props: { view: View; scores: AreaScore | undefined; itself: boolean }) {
  const { view, scores, itself } = props;
  if (!scores && view.ui.store.offline.value) return null;
  const witness = scores?.witness;
  return (
    <span class="xw-at-area" data-pending={view.scoring.pending.value || undefined}>
      <b title={`Score of these pixels alone, by ${itself ? "this model" : "our network"}`}>
        <span class="xw-sr">, score </span>
        {score(scores?.own)}
      </b>
      {typeof witness === "number" && (
        <i title="Their score by the witness">
          <span class="xw-sr">, by the witness </span>
          {score(witness)}
        </i>
      )}
    </span>
  );
}
