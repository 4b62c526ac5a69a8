import { BOOSTS, CHANNELS, LETTERS, type Look } from "../picture/painting";
import { capital } from "../support/figures";
import type { Ui } from "./ui";

type Option<T> = readonly [value: T, words: string, name: string, title?: string];

const COLORS: readonly Option<Look["channel"]>[] = [
  [null, "All", "All colors"],
  ...([0, 1, 2] as const).map(
    (c) => [c, LETTERS[c], `${capital(CHANNELS[c])} alone`, "As gray levels"] as const,
  ),
];
const FAINT: readonly Option<number>[] = BOOSTS.map((n) =>
  n === 1
    ? [n, "Off", "No boost"]
    : [n, `×${n}`, `Boost ×${n}`, `Draws mask values ×${n}, up to 1; no figure changes`],
);

/** What is done to the picture for the eye alone: one color channel, faint evidence made visible. */
export function ColorBoost({ ui }: { ui: Ui }) {
  return (
    <div class="xw-looking">
      <Choice
        label="Color"
        name={`${ui.id}-color`}
        options={COLORS}
        chosen={ui.channel.value}
        choose={(channel) => {
          ui.channel.value = channel;
        }}
      />
      <Choice
        label="Boost"
        name={`${ui.id}-boost`}
        options={FAINT}
        chosen={ui.boost.value}
        choose={(boost) => {
          ui.boost.value = boost;
        }}
      />
    </div>
  );
}

function Choice<T>(props: {
  label: string;
  name: string;
  options: readonly Option<T>[];
  chosen: T;
  choose: (value: T) => void;
}) {
  return (
    <div class="xw-choice">
      <span class="xw-label">{props.label}</span>
      <div class="xw-tabs" role="radiogroup" aria-label={props.label}>
        {props.options.map(([value, words, name, title]) => (
          <label key={words} title={title ? `${name}: ${title.toLowerCase()}` : name}>
            <input
              type="radio"
              name={props.name}
              aria-label={name}
              checked={props.chosen === value}
              onChange={() => props.choose(value)}
            />
            <span>{words}</span>
          </label>
        ))}
      </div>
    </div>
  );
}
