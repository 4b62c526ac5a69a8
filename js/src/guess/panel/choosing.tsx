/** What there is to choose from, or to type. */
import type { Guess, GuessQuestion } from "../../kernel/contract";
import type { GuessView } from "../view";

/** Why what is chosen cannot be committed; or "". */
export function problemOfChoice(question: GuessQuestion, chosen: readonly string[]): string {
  const { kind, options, panes } = question;
  if (kind === "method") {
    if (options.length < 2) return "There is nothing yet to tell apart.";
    const missing = panes.some((_, k) => !chosen[k]);
    return missing ? "Choose a method for each picture." : "";
  }
  const [text = ""] = chosen;
  if (kind === "number") {
    const value = Number(text.replace(",", "."));
    return text.trim() && value >= 0 && value <= 1 ? "" : "Type a number from 0 to 1.";
  }
  if (kind === "text") return text.trim() ? "" : "Type an answer.";
  return chosen.length > 0 ? "" : "Choose an answer.";
}

export function Choosing({ view, now }: { view: GuessView; now: Guess }) {
  const { guessing, ui } = view;
  const { kind, options, several, panes } = now.question;
  const given = now.committed ? [now.value].flat().map(String) : guessing.chosen.value;
  const set = (chosen: readonly string[]) => {
    guessing.chosen.value = chosen;
  };
  const asked = `${ui.id}-asked`;
  if (kind === "number" || kind === "text") {
    const field = {
      ...{ "aria-labelledby": asked, value: given[0] ?? "", disabled: now.committed },
      onInput: (event: { currentTarget: { value: string } }) => set([event.currentTarget.value]),
    };
    return kind === "text" ? (
      <textarea rows={3} {...field} />
    ) : (
      <input type="text" inputMode="decimal" {...field} />
    );
  }
  if (kind === "method") {
    return (
      <fieldset class="xw-guess-options" disabled={now.committed} aria-labelledby={asked}>
        {panes.map((pane, k) => {
          const letter = String.fromCharCode(65 + k);
          return (
            <label key={pane}>
              <b>{letter}</b>
              <select
                value={given[k] ?? ""}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  set(panes.map((_, other) => (other === k ? value : (given[other] ?? ""))));
                }}
              >
                <option value="">choose …</option>
                {options.map((option) => (
                  <option key={option} value={option}>
                    {option}
                  </option>
                ))}
              </select>
            </label>
          );
        })}
      </fieldset>
    );
  }
  return (
    <fieldset class="xw-guess-options" disabled={now.committed} aria-labelledby={asked}>
      {options.map((option) => (
        <label key={option}>
          <input
            type={several ? "checkbox" : "radio"}
            name={`${ui.id}-guess`}
            checked={given.includes(option)}
            onChange={() => {
              const others = given.filter((each) => each !== option);
              if (!several) set([option]);
              else set(given.includes(option) ? others : [...given, option]);
            }}
          />
          <span dir="auto">{option}</span>
        </label>
      ))}
    </fieldset>
  );
}
