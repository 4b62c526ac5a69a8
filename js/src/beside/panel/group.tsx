import type { ComponentChildren } from "preact";

/** Entries of the menu that belong together, below their name. */
export function Group({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no group of a menu
    <div role="group" aria-label={name}>
      <b aria-hidden="true">{name}</b>
      {children}
    </div>
  );
}
