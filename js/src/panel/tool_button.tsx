import type { ComponentChildren } from "preact";

/** A small button that does one thing at once, or stays pressed. */
export function ToolButton(props: {
  name: string;
  /** Where the name does not say it all. */
  title?: string;
  act: () => void;
  words?: string;
  disabled?: boolean;
  pressed?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <button
      type="button"
      class="xw-tool"
      aria-label={(props.words ?? props.children) !== props.name ? props.name : undefined}
      aria-pressed={props.pressed}
      title={props.title ?? props.name}
      // Not disabled: a button that has the focus would lose it to the page.
      aria-disabled={props.disabled}
      onClick={() => props.disabled || props.act()}
    >
      {props.words ?? props.children}
    </button>
  );
}
