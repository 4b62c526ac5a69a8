import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { search } from "../../panel/search";
import { shown } from "../../support/texts";
import { around } from "../../support/walking";
import { useSettleAtEnd } from "../settling";

const SHOWN = 8;

export interface ComboProps {
  /** Begins the ids of its elements. */
  id: string;
  name: string;
  title: string;
  placeholder: string;
  value: string;
  known: readonly string[];
  /** What was typed or chosen, when it is settled. */
  settle(value: string): void;
  /** After Enter or Escape: where the person was. */
  leave(): void;
}

/** A field that takes any text and completes it from those known (WAI-ARIA "editable combobox"). */
export function Combo({ id, name, title, placeholder, value, known, settle, leave }: ComboProps) {
  /** Null while nothing is typed. */
  const draft = useSignal<string | null>(null);
  const open = useSignal(false);
  const active = useSignal(-1);
  const list = useRef<HTMLDivElement>(null);

  const sought = draft.value ?? "";
  const matches = open.value ? search(known, sought, SHOWN) : [];
  const chosen = matches[active.value];

  const finish = (text: string | null) => {
    open.value = false;
    active.value = -1;
    draft.value = null;
    const settled = text?.trim();
    if (settled !== undefined && settled !== value) settle(settled);
  };
  useSettleAtEnd(() => finish(draft.peek()));
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active.value]);

  const onKeyDown = (event: KeyboardEvent) => {
    const count = matches.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (!open.value) open.value = true;
        else if (count > 0) {
          active.value = around(active.value, event.key === "ArrowDown" ? 1 : -1, count);
        }
        break;
      case "Enter":
        if (event.shiftKey) return; // the notebook's: it runs the cell
        finish(chosen?.name ?? draft.value);
        leave();
        break;
      case "Escape":
        // One thing at a time: the list, then what was typed, then the field.
        if (open.value) open.value = false;
        else if (draft.value !== null) draft.value = null;
        else leave();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="xw-combo" data-field={name.toLowerCase()}>
      <input
        type="text"
        role="combobox"
        aria-label={name}
        aria-expanded={matches.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={chosen ? `${id}-${active.value}` : undefined}
        title={title}
        placeholder={placeholder}
        autoComplete="off"
        spellcheck={false}
        dir="auto"
        maxLength={200}
        value={draft.value ?? value}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
          open.value = true;
          active.value = -1;
        }}
        onClick={() => {
          open.value = true;
        }}
        onBlur={() => finish(draft.value)}
        onKeyDown={onKeyDown}
      />
      <div
        id={`${id}-list`}
        ref={list}
        class="xw-options"
        role="listbox"
        aria-label={`${name}: known ones`}
        hidden={matches.length === 0}
      >
        {matches.map(({ name: option }, k) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field keeps the focus and has the keys
          <div
            key={option}
            id={`${id}-${k}`}
            role="option"
            tabIndex={-1}
            dir="auto"
            aria-selected={k === active.value}
            // A press would take the focus from the field and close the list before the click.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => {
              finish(option);
              leave();
            }}
          >
            {shown(option)}
          </div>
        ))}
      </div>
    </div>
  );
}
