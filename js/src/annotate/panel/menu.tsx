import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { focused } from "../../support/keys";

export interface Item {
  words: string;
  title?: string | undefined;
  /** A heading has none. */
  act?: () => void;
}

/** A button with a menu under it. */
export function Menu({ name, items }: { name: string; items: readonly Item[] }) {
  const open = useSignal(false);
  const box = useRef<HTMLSpanElement>(null);
  const shut = () => {
    open.value = false;
    box.current?.querySelector("button")?.focus();
  };

  useEffect(() => {
    if (!open.value) return;
    box.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    const outside = (event: Event) => {
      if (box.current && !event.composedPath().includes(box.current)) open.value = false;
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [open.value]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open.value) return;
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    const at = box.current ? all.indexOf(focused(box.current) as HTMLElement) : -1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") shut();
    else if (to !== undefined) all.at(to % all.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu inside takes the keys
    <span
      class="xw-save"
      ref={box}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        const to = event.relatedTarget as Node | null;
        if (to && !box.current?.contains(to)) open.value = false;
      }}
    >
      <button
        type="button"
        class="xw-small"
        aria-haspopup="menu"
        aria-expanded={open.value}
        title="Load and export findings"
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {name}
      </button>
      {open.value && (
        <div class="xw-menu" role="menu" aria-label={name}>
          {items.map(({ words, title, act }) =>
            act ? (
              <button
                key={words}
                type="button"
                role="menuitem"
                tabIndex={-1}
                title={title}
                onClick={() => {
                  shut();
                  act();
                }}
              >
                {words}
              </button>
            ) : (
              <b key={words} class="xw-note">
                {words}
              </b>
            ),
          )}
        </div>
      )}
    </span>
  );
}
