import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Ui } from "../picture/ui";
import type { Store } from "../state/store";
import { capital, lambda, nextLambda, parseLambda } from "../support/words";

/** λ to begin with when "auto" is switched off. */
const FIRST_LAMBDA = 1e-4;

/** How the next run is made: folded, as it is rarely changed, under a line that says what is set. */
export function Controls({ ui }: { ui: Ui }) {
  const { store, settings } = ui;
  const { about } = store.choices.value;
  return (
    <details
      class="xw-settings"
      open={settings.value}
      onToggle={(event) => {
        settings.value = event.currentTarget.open;
      }}
    >
      <summary>
        <b>Settings</b>
        <span class="xw-inforce" title={inForce(store)}>
          {inForce(store)}
        </span>
        {/* Its room is kept: the line must not jump. */}
        <em data-on={store.changed.value && store.progress.value.run > 0}>for the next run</em>
      </summary>
      <div class="xw-controls">
        <Field
          name="Game"
          value={store.game.value}
          options={store.choices.value.game}
          about={about?.game}
          choose={(value) => store.run({ game: value })}
        />
        <Field
          name="Defense"
          title="Keeps out noise that only this net sees"
          value={store.defense.value}
          options={store.choices.value.defense}
          about={about?.defense}
          choose={(value) => store.run({ defense: value })}
        />
        <Iterations store={store} />
        <Sparsity store={store} />
        <small>
          A change of game, defense or λ runs at once; iterations count from the next run on.
        </small>
      </div>
    </details>
  );
}

/** The settings in a line, as a person would say them. */
function inForce({ game, defense, sparsity, iterations }: Store): string {
  const by = defense.value;
  const defended = by === "none" ? "no defense" : by === "auto" ? "defended" : `defended (${by})`;
  const weight = sparsity.value === "auto" ? "auto" : lambda(sparsity.value);
  return `${capital(game.value)}, ${defended}, λ ${weight}, ${iterations.value} iterations`;
}

function Row(props: {
  label: ComponentChildren;
  words?: string | undefined;
  children: ComponentChildren;
}) {
  return (
    <div class="xw-field">
      {props.label}
      <div>{props.children}</div>
      {props.words && <small>{props.words}</small>}
    </div>
  );
}

function Field(props: {
  name: string;
  title?: string;
  value: string;
  options: string[];
  about: Record<string, string> | undefined;
  choose: (value: string) => void;
}) {
  const options = props.options.length > 0 ? props.options : [props.value];
  return (
    <Row label={<span title={props.title}>{props.name}</span>} words={props.about?.[props.value]}>
      <select
        aria-label={props.name}
        value={props.value}
        onChange={(event) => props.choose(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option} value={option} title={props.about?.[option]}>
            {capital(option)}
          </option>
        ))}
      </select>
    </Row>
  );
}

function Sparsity({ store }: { store: Store }) {
  const sparsity = store.sparsity.value;
  const auto = sparsity === "auto";
  const draft = useSignal<string | null>(null);
  const commit = () => {
    const value = draft.value === null ? null : parseLambda(draft.value);
    draft.value = null;
    if (value !== null && value !== sparsity) store.run({ sparsity: value });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") commit();
    if (event.key === "Escape") draft.value = null;
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : null;
    if (direction === null) return;
    event.preventDefault();
    const value = parseLambda(draft.value ?? "") ?? (auto ? FIRST_LAMBDA : sparsity);
    draft.value = lambda(nextLambda(value, direction));
  };
  return (
    <Row
      label={<span>Sparsity λ</span>}
      words="The price of each pixel shown: the higher it is, the less is shown. Auto begins without one, raises it while the mask still does its work, and pays for showing more (a push) where the search is stuck."
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out everywhere */}
      <div class="xw-pair" role="group" aria-label="Sparsity">
        <label class="xw-check">
          <input
            type="checkbox"
            checked={auto}
            onChange={() => store.run({ sparsity: auto ? FIRST_LAMBDA : "auto" })}
          />
          auto
        </label>
        <input
          type="text"
          inputMode="decimal"
          aria-label="Sparsity value"
          size={5}
          disabled={auto}
          value={draft.value ?? (auto ? "" : lambda(sparsity))}
          placeholder={auto ? "–" : ""}
          onInput={(event) => {
            draft.value = event.currentTarget.value;
          }}
          onKeyDown={onKeyDown}
          onBlur={commit}
        />
      </div>
    </Row>
  );
}

function Iterations({ store }: { store: Store }) {
  const draft = useSignal<string | null>(null);
  const commit = () => {
    const value = Math.round(Number(draft.value));
    if (draft.value !== null && value >= 1 && value !== store.iterations.value) {
      store.setIterations(value);
    }
    draft.value = null;
  };
  return (
    <Row
      label={<span>Iterations</span>}
      words="The most steps that a run takes, and “Run more” adds."
    >
      <input
        type="number"
        aria-label="Iterations"
        min={1}
        step={10}
        value={draft.value ?? store.iterations.value}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
        onChange={commit}
        onBlur={commit}
      />
    </Row>
  );
}
