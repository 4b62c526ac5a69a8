import { useSignal } from "@preact/signals";
import { useSettleAtEnd } from "../settling";

/** Why, in words. */
export function Reason(props: { value: string; settle(reason: string): void; leave(): void }) {
  const draft = useSignal<string | null>(null);
  const finish = () => {
    const typed = draft.peek()?.trim();
    draft.value = null;
    if (typed !== undefined && typed !== props.value) props.settle(typed);
  };
  useSettleAtEnd(finish);
  return (
    <textarea
      rows={1}
      class="xw-reason"
      aria-label="Reason"
      title="Why, in words"
      placeholder="Reason, in words"
      autoComplete="off"
      dir="auto"
      maxLength={10_000}
      value={draft.value ?? props.value}
      onInput={(event) => {
        draft.value = event.currentTarget.value;
      }}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === "Escape" && draft.value !== null) draft.value = null;
        else if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
          finish();
          props.leave();
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

const CONFIDENCES = [1, 0.75, 0.5, 0.25];

/** How sure, which need not be said. */
export function Confidence(props: {
  value: number | null;
  settle(confidence: number | null): void;
}) {
  const { value } = props;
  // One from a file or from Python may be any.
  const all = value === null || CONFIDENCES.includes(value) ? CONFIDENCES : [value, ...CONFIDENCES];
  return (
    <select
      class="xw-sure"
      aria-label="Confidence"
      title="How sure you are; it need not be said"
      value={value === null ? "" : String(value)}
      onChange={({ currentTarget: { value: chosen } }) =>
        props.settle(chosen === "" ? null : Number(chosen))
      }
    >
      <option value="">How sure?</option>
      {all.map((each) => (
        <option key={each} value={String(each)}>
          {Math.round(100 * each)}% sure
        </option>
      ))}
    </select>
  );
}
