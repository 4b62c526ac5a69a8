import type { View } from "./view";
import { savedWords } from "./words";

/** Whether what was marked is kept, and where. */
export function Saved({ view }: { view: View }) {
  const { findings } = view;
  const [words, trouble] = savedWords({
    states: findings.all.value.map(({ id }) => findings.stateOf(id)),
    store: findings.store.value,
    reason: findings.reason.value,
  });
  return (
    // Not told with each act: what a person did is told already.
    <p
      class="xw-kept-in"
      role="status"
      aria-label="Findings"
      aria-live={trouble ? "polite" : "off"}
      data-trouble={trouble || undefined}
    >
      {words}
    </p>
  );
}
