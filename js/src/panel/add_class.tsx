import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Store } from "../state/store";
import { around } from "../support/walking";
import { search } from "./search";

/** A combobox over all class names (WAI-ARIA "editable combobox with list autocomplete"). */
export function AddClass({ store, id }: { store: Store; id: string }) {
  const typed = useSignal("");
  const open = useSignal(false);
  const active = useSignal(0);
  const list = useRef<HTMLDivElement>(null);

  const names = store.names.value;
  const matches = open.value && names ? search(names, typed.value) : [];
  const chosen = matches[active.value];
  const explained = new Set(store.classes.value.map(({ index }) => index));
  const adding = store.adding.value;

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active.value]);

  const close = () => {
    open.value = false;
    active.value = 0;
  };
  const take = (index: number) => {
    store.add(index);
    typed.value = "";
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = matches.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        event.preventDefault();
        if (!open.value) open.value = true;
        else if (count > 0) {
          active.value = around(active.value, event.key === "ArrowDown" ? 1 : -1, count);
        }
        break;
      case "Enter":
        if (event.shiftKey) break; // the notebook's: it runs the cell
        event.preventDefault();
        if (chosen) take(chosen.index);
        break;
      case "Escape":
        // First the list, then the text: Escape undoes one thing at a time.
        if (!open.value) typed.value = "";
        close();
        break;
    }
  };

  const hint = adding !== null ? `Adding ${names?.[adding] ?? `class ${adding}`} …` : "Add class …";
  return (
    <div class="xw-add">
      <input
        type="text"
        role="combobox"
        aria-label="Add class"
        aria-expanded={open.value && matches.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={chosen ? `${id}-${chosen.index}` : undefined}
        autoComplete="off"
        spellcheck={false}
        placeholder={hint}
        value={typed.value}
        onFocus={store.askNames}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          open.value = true;
          active.value = 0;
        }}
        onClick={() => {
          open.value = true;
        }}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      <div
        id={`${id}-list`}
        ref={list}
        role="listbox"
        aria-label="Class names"
        hidden={matches.length === 0}
      >
        {matches.map(({ index, name }, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox keeps the focus and has the keys
          <div
            key={index}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === active.value}
            // A press would take the focus from the field and close the list before the click.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(index)}
          >
            <span>{name}</span>
            <small>{explained.has(index) ? "shown" : index}</small>
          </div>
        ))}
      </div>
      {open.value && names && typed.value !== "" && matches.length === 0 && (
        <p class="xw-none" aria-live="polite">
          No class has “{typed.value}” in its name.
        </p>
      )}
    </div>
  );
}
