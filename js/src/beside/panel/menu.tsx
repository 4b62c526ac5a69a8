import type { BesideView } from "../view";

/** Methods to put beside our evidence, and what stands there to take away. */
export function Menu({ view: { beside } }: { view: BesideView }) {
  const panes = beside.panes.value;
  return (
    <div class="xw-menu" role="menu" aria-label="Beside">
      {beside.methods.value.map(({ name, label, about, missing }) => (
        <button
          key={name}
          type="button"
          role="menuitem"
          title={missing || about}
          disabled={missing !== "" || panes.some((pane) => pane.name === name)}
          onClick={() => beside.add(name)}
        >
          {label}
        </button>
      ))}
      {panes.map(({ id, label }) => (
        <button key={id} type="button" role="menuitem" onClick={() => beside.remove(id)}>
          Remove {label}
        </button>
      ))}
    </div>
  );
}
