import { useSignal } from "@preact/signals";
import type { Store } from "../store";
import { DEFENSES, GAMES, lambda, nextLambda, parseLambda } from "../words";

/** λ to begin with when "auto" is switched off. */
const FIRST_LAMBDA = 1e-4;

/** How the next run is made. A change of game, defense or sparsity starts it. */
export function Controls({ store }: { store: Store }) {
  const game = store.game.value;
  return (
    <div class="xw-controls">
      <Select
        label="Game"
        value={game}
        options={store.choices.value.game}
        words={GAMES}
        choose={(value) => store.run({ game: value })}
      />
      <Select
        label="Defense"
        value={store.defense.value}
        options={store.choices.value.defense}
        words={DEFENSES}
        choose={(value) => store.run({ defense: value })}
      />
      <Sparsity store={store} />
      <Iterations store={store} />
      <p class="xw-hint">
        <span>{GAMES[game] ?? ""}</span>
        <span class="xw-net" title="The net being explained">
          {store.netName.value}
        </span>
      </p>
    </div>
  );
}

function Select(props: {
  label: string;
  value: string;
  options: string[];
  words: Record<string, string>;
  choose: (value: string) => void;
}) {
  const options = props.options.length > 0 ? props.options : [props.value];
  return (
    <label class="xw-field" title={props.words[props.value]}>
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.choose(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option} value={option} title={props.words[option]}>
            {option}
          </option>
        ))}
      </select>
    </label>
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
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid cell everywhere
    <div
      class="xw-field"
      role="group"
      aria-label="Sparsity"
      title="Weight λ of each shown pixel: more means a smaller mask. Auto follows the score."
    >
      <span>Sparsity λ</span>
      <div class="xw-pair">
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
    </div>
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
    <label class="xw-field" title="Length of the next run, and of “Run more”">
      <span>Iterations</span>
      <input
        type="number"
        min={1}
        step={10}
        value={draft.value ?? store.iterations.value}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
        onChange={commit}
        onBlur={commit}
      />
    </label>
  );
}
