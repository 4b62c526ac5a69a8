import { defended } from "../catalog/sentences";
import { figures, headOf, type Trusted, trusted } from "../catalog/trust";
import type { Checks } from "../kernel/contract";
import type { Pane } from "../picture/panes";
import { SignOf } from "../picture/sign";
import { classOf, nameOf } from "../state/classes";
import type { Ui } from "./ui";

/** What is drawn and how far to trust it, in two sentences that open into what was tested. */
export function Trust({ ui }: { ui: Ui }) {
  const { store } = ui;
  const target = targetOf(ui);
  const now = trustIn(ui);
  const [{ says: told = "" } = {}, ...others] = ui.panes.value;
  const name = nameOf(store, target);
  const [head, rest] = headOf(now);
  const full = classOf(store, target)?.name ?? name;
  return (
    <div class="xw-trust" data-sign={now.sign}>
      <details>
        <summary title={`${told}\n${now.words}`}>
          <SignOf sign={now.sign} />
          <span class="xw-outcome">
            <span class="xw-says">{told || `Evidence for ${name}`}</span>
            <span class="xw-verdict">
              <b>{head}</b>
              {rest}
            </span>
          </span>
        </summary>
        {full !== name && (
          <p class="xw-full" dir="auto">
            {full}
          </p>
        )}
        {now.checks?.items.length ? <Items ui={ui} checks={now.checks} /> : <p>{NOT_YET}</p>}
        {ui.layout.value !== "views" && <Others panes={others} />}
      </details>
      {/* Told once, when it is known: the line itself may change with every iteration. */}
      <span class="xw-sr" aria-live="polite">
        {now.checks && `${told} Checks of ${name}: ${now.checks.verdict}`}
      </span>
    </div>
  );
}

const NOT_YET =
  "A search can also find noise that only this network sees: tests follow when the run has ended.";

/** Of the picture, so that sentence, verdict and picture are one class's. */
function targetOf({ panes, store }: Ui): number {
  return panes.value[0]?.scene.mask?.target ?? store.target.value;
}

export function trustIn(ui: Ui): Trusted {
  const { store } = ui;
  const target = targetOf(ui);
  const mask = store.drawn.value;
  const last = store.trace.value[String(target)]?.frames.at(-1) ?? -1;
  return trusted({
    status: store.starting.value ? "running" : store.status.value,
    checks: store.starting.value ? undefined : store.checks.value[String(target)],
    edited: store.testing.edited.value !== null,
    // Above a threshold, or the top share of the pixels.
    cut: ui.scene.value?.mask !== mask,
    last,
    iteration: mask?.target === target ? mask.iteration : last,
  });
}

/** What the pictures beside the main one are: there is no room for it under each. */
function Others({ panes }: { panes: readonly Pane[] }) {
  const said = panes.filter(({ says }) => says);
  if (said.length === 0) return null;
  return (
    <dl>
      {said.map(({ key, title, says }) => (
        <div key={key}>
          <dt>{title}</dt>
          <dd>{says}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What the same class scores with a defense, where that is known; else nothing. */
function defendedScore(ui: Ui): string {
  const { store } = ui;
  const target = targetOf(ui);
  const info = classOf(store, target);
  return defended(store.words.value, store.variants.value, store.ran.value.game, info);
}

function Items({ ui, checks }: { ui: Ui; checks: Checks }) {
  return (
    <ul>
      {checks.items.map(({ name, passed, words, details }) => (
        <li key={name}>
          <SignOf sign={passed === null ? "unjudged" : passed ? "holds" : "doubtful"} />
          <div>
            <b>{name}</b>
            {passed === null && <em> not judged</em>}
            <span class="xw-sr">
              {passed === null ? ": " : passed ? " (passed): " : " (failed): "}
            </span>
            <span>
              {words} {name === "defense" && defendedScore(ui)}
            </span>
            {Object.keys(details).length > 0 && (
              <small>
                {figures(details).map(([each, value]) => (
                  <span key={each}>
                    {each} <b>{value}</b>
                  </span>
                ))}
              </small>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
