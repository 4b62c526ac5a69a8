/** The control of one setting, by the kind of its values: it knows no setting by name. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Setting } from "../kernel/contract";
import type { Store } from "../state/store";
import { capital, lambda, nextLambda, parseLambda } from "../support/figures";
import { typed } from "./typed";

type Of<K extends Setting["kind"]> = { store: Store; setting: Extract<Setting, { kind: K }> };

export function Control({ store, setting }: { store: Store; setting: Setting }) {
  switch (setting.kind) {
    case "choice":
      return <Choice store={store} setting={setting} />;
    case "number":
      return <NumberInput store={store} setting={setting} />;
    case "weight":
      return <Weight store={store} setting={setting} />;
    case "flag":
      return <Flag store={store} setting={setting} />;
  }
}

function Row(props: { setting: Setting; words?: string | undefined; children: ComponentChildren }) {
  const { label, symbol, title, summary, kind } = props.setting;
  const words = props.words ?? summary;
  return (
    <div class="xw-field" data-kind={kind}>
      <span title={title || undefined}>{symbol ? `${label} ${symbol}` : label}</span>
      <div>{props.children}</div>
      {words && <small>{words}</small>}
    </div>
  );
}

function Choice({ store, setting }: Of<"choice">) {
  const value = store.next.value[setting.name] as string;
  const own = setting.choices.find(({ name }) => name === value);
  return (
    <Row setting={setting} words={own?.summary}>
      <select
        aria-label={setting.label}
        value={value}
        onChange={(event) => store.set(setting, event.currentTarget.value)}
      >
        {setting.choices.map(({ name, summary }) => (
          <option key={name} value={name} title={summary || undefined}>
            {capital(name)}
          </option>
        ))}
      </select>
    </Row>
  );
}

function NumberInput({ store, setting }: Of<"number">) {
  const value = store.next.value[setting.name] as number;
  const draft = useSignal<string | null>(null);
  const commit = () => {
    const number = typed(draft.value ?? "", setting);
    draft.value = null;
    if (typeof number === "string") store.say(number);
    else if (number !== null && number !== value) store.set(setting, number);
  };
  return (
    <Row setting={setting}>
      <input
        type="number"
        aria-label={setting.label}
        min={setting.least}
        max={setting.most}
        step={setting.step}
        value={draft.value ?? value}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
        onChange={commit}
        onBlur={commit}
      />
    </Row>
  );
}

function Weight({ store, setting }: Of<"weight">) {
  const weight = store.next.value[setting.name] as number | "auto";
  const auto = weight === "auto";
  const draft = useSignal<string | null>(null);
  const commit = () => {
    const value = typed(draft.value ?? "", { ...setting, whole: false, least: 0 });
    draft.value = null;
    if (typeof value === "string") store.say(value);
    else if (value !== null && value !== weight) store.set(setting, value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") commit();
    if (event.key === "Escape") draft.value = null;
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : null;
    if (direction === null) return;
    event.preventDefault();
    const value = parseLambda(draft.value ?? "") ?? (auto ? setting.first : weight);
    draft.value = lambda(nextLambda(value, direction));
  };
  return (
    <Row setting={setting}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out everywhere */}
      <div class="xw-pair" role="group" aria-label={setting.label}>
        <label class="xw-check">
          <input
            type="checkbox"
            checked={auto}
            onChange={() => store.set(setting, auto ? setting.first : "auto")}
          />
          auto
        </label>
        <input
          type="text"
          inputMode="decimal"
          aria-label={`${setting.label} value`}
          size={5}
          disabled={auto}
          value={draft.value ?? (auto ? "" : lambda(weight))}
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

function Flag({ store, setting }: Of<"flag">) {
  const value = store.next.value[setting.name] as boolean;
  return (
    <Row setting={setting}>
      <label class="xw-check">
        <input
          type="checkbox"
          aria-label={setting.label}
          checked={value}
          onChange={() => store.set(setting, !value)}
        />
        {setting.said[value ? 1 : 0]}
      </label>
    </Row>
  );
}
