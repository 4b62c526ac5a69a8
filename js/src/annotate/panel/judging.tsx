import type { FindingRecord } from "../../kernel/contract";
import { nameOf as classOf } from "../../state/classes";
import { Combo } from "./combo";
import { Confidence, Reason } from "./fields";
import { type Told, toldLine } from "./told";
import type { View } from "./view";
import { effectLine, effectTitle } from "./words";

/** What is said of one finding beside its verdict: what it is, its label, why; and what it does. */
export function Judging({ view, finding, own }: { view: View; finding: FindingRecord; own: Told }) {
  const { ui, findings, act } = view;
  const { id } = finding;
  const back = () => ui.refocus();
  const effect = findings.effectOf(id);
  const of = effect && typeof effect !== "string" ? classOf(ui.store, effect.target) : "";
  return (
    <>
      <div class="xw-line xw-what">
        <Combo
          id={`${ui.id}-kind`}
          name="What it is"
          title="What the region is; one of your own can be typed"
          placeholder="What it is"
          value={own.kind}
          known={findings.kinds.value}
          settle={(kind) => act.say(id, { kind })}
          leave={back}
        />
        <Combo
          id={`${ui.id}-label`}
          name="Label"
          title="A name for what was found (T)"
          placeholder="Label"
          value={finding.label}
          known={findings.labels.value}
          settle={(label) => act.label(id, label)}
          leave={back}
        />
      </div>
      <div class="xw-line">
        <Reason value={own.reason} settle={(reason) => act.say(id, { reason })} leave={back} />
        {!own.others && (
          <Confidence
            value={finding.confidence}
            settle={(confidence) => findings.change(id, { confidence })}
          />
        )}
      </div>
      <p
        class="xw-effect"
        data-pending={effect === "pending" || undefined}
        title={effectTitle(effect, of)}
      >
        {effectLine(effect, findings.whyUntested(id))}
      </p>
      <p class="xw-who" dir="auto">
        {toldLine(finding, findings.author.value, findings.reviews.value)}
      </p>
    </>
  );
}
