import { shown } from "../../support/texts";
import type { View } from "./view";
import { counted, savedWords } from "./words";

/** Whether what was marked is kept, and where. */
export function Saved({ view }: { view: View }) {
  const [words, trouble] = savedIn(view);
  return (
    // Not told with each act: what a person did is told already, and trouble is by News.
    <p
      class="xw-kept-in"
      role="status"
      aria-label="Findings"
      aria-live="off"
      data-trouble={trouble || undefined}
    >
      {words}
    </p>
  );
}

/** What was written to a file, and what that does not hold. */
export function Written({ view: { written } }: { view: View }) {
  if (written.value.length === 0) return null;
  return (
    <div class="xw-notice xw-quiet">
      <ul dir="auto">
        {written.value.map((line) => (
          <li key={line}>{shown(line)}</li>
        ))}
      </ul>
      <button
        type="button"
        aria-label="Dismiss"
        onClick={() => {
          written.value = [];
        }}
      >
        ✕
      </button>
    </div>
  );
}

/** Says what came of an act, or that keys have their other meaning; always there, as News is. */
export function Off({ view }: { view: View }) {
  return (
    <p class="xw-note" role="status">
      {offWords(view)}
    </p>
  );
}

export function offWords({ annotating }: View): string {
  if (annotating.on.value) return "";
  return annotating.says.value || "Annotating is off: A turns it on.";
}

/** What a screen reader must hear without being asked; always there, or a first word would be missed. */
export function News({ view }: { view: View }) {
  return (
    <p class="xw-sr" aria-live="polite">
      {newsOf(view)}
    </p>
  );
}

/** What came without an act of the person's own: trouble with what is kept, and changes by others. */
export function newsOf(view: View): string {
  const [words, trouble] = savedIn(view);
  const clashes = view.findings.clashes.value.length;
  const changed = clashes > 0 && `${counted(clashes, "finding")} changed meanwhile by others.`;
  return [trouble && words, changed, ...view.written.value].filter(Boolean).join(" ");
}

function savedIn({ findings }: View): [words: string, trouble: boolean] {
  return savedWords({
    states: findings.all.value.map(({ id }) => findings.stateOf(id)),
    store: findings.store.value,
    reason: findings.reason.value,
    ready: findings.ready.value,
  });
}
