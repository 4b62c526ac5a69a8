import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { shortOf } from "../../catalog/sentences";
import type { BesidePane, ClassInfo } from "../../kernel/contract";
import { focused } from "../../support/keys";
import { shown } from "../../support/texts";
import { canRetry, isBusy } from "./acts";
import { isOf } from "./entries";
import { Group } from "./group";
import { Item } from "./item";
import { doing } from "./over";
import { roomFor } from "./room";
import type { View } from "./view";

/** In CSS px: how wide it is at most. */
const WIDTH = 390;

/** At the button "Beside", while it is open; it stays so: one rarely puts a single thing beside. */
export function Menu({ view }: { view: View }) {
  const { ui } = view;
  const box = useRef<HTMLDivElement>(null);
  const items = () => [...(box.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  const leave = () => {
    ui.beside.value = false;
    box.current?.parentElement?.querySelector("button")?.focus();
  };
  useLayoutEffect(() => {
    const menu = box.current;
    const row = menu?.closest(".xw-toolbar")?.getBoundingClientRect();
    if (!menu || !row) return;
    // Where it opens it stays: what is put beside moves the row of tools, and an entry that moved with
    // it would slip from under the pointer.
    menu.showPopover?.();
    menu.style.width = `${Math.min(WIDTH, row.width)}px`;
    menu.style.left = `${row.left}px`;
    const { top, most } = roomFor(row, innerHeight, menu.offsetHeight);
    menu.style.maxHeight = `${most}px`;
    menu.style.top = `${top}px`;
  }, []);
  useEffect(() => {
    items()[0]?.focus({ preventScroll: true });
    const around = box.current?.parentElement;
    const outside = (event: Event) => {
      if (around && !event.composedPath().includes(around)) ui.beside.value = false;
    };
    // Scrolled away from its row, or on a screen of another size, it would be of nothing.
    const events = ["pointerdown", "wheel", "resize"] as const;
    for (const each of events) addEventListener(each, outside, true);
    return () => {
      for (const each of events) removeEventListener(each, outside, true);
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items();
    const at = box.current ? all.indexOf(focused(box.current) as HTMLElement) : -1;
    // The keys that scroll a page, too, so that none scrolls it away.
    const to = {
      ...{ ArrowDown: at + 1, ArrowUp: at - 1 },
      ...{ Home: 0, PageUp: 0, End: -1, PageDown: -1 },
    }[event.key];
    if (event.key === "Escape") leave();
    else if (to !== undefined) all.at(to % all.length)?.focus();
    else if (/^\p{L}$/u.test(event.key)) {
      // As in every menu: the next entry that begins so.
      const begins = (each: HTMLElement) =>
        each.textContent?.toLowerCase().startsWith(event.key.toLowerCase());
      [...all.slice(at + 1), ...all.slice(0, at + 1)].find(begins)?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={box}
      class="xw-menu xw-choices"
      popover="manual"
      role="menu"
      aria-label="Beside"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        const to = event.relatedTarget as Node | null;
        if (to && !box.current?.parentElement?.contains(to)) ui.beside.value = false;
      }}
    >
      {view.judging && <view.judging.Methods view={view} />}
      <Differences view={view} />
      <Models view={view} />
      <Tokens view={view} />
      {/* Last: what it holds comes and goes, and must not move the others. */}
      <Now view={view} />
    </div>
  );
}

/** The evidence of the class drawn, less that of another; and what speaks for it rather than for that one. */
export function Differences({ view }: { view: View }) {
  const { store } = view.ui;
  const chosen = view.differences.value;
  const others = store.classes.value.filter(({ index }) => index !== store.target.value);
  if (others.length === 0) return null;
  const target = store.target.value;
  const drawn = store.classes.value.find(({ index }) => index === target);
  return (
    <Group name="Another class">
      {others.map((info) => {
        const { index } = info;
        const name = shown(shortOf(info));
        return [
          <Item
            key={index}
            words={`Difference to ${name}`}
            checked={chosen.includes(index)}
            act={() => {
              view.differences.value = toggled(chosen, index);
            }}
          />,
          drawn && isClass(drawn) && isClass(info) && (
            <Item
              key={`than ${index}`}
              words={`${shown(shortOf(drawn))} rather than ${name}`}
              note="add"
              disabled={store.offline.value}
              act={() => void store.wire.link.ask({ type: "contrast", target, other: index })}
            />
          ),
        ];
      })}
    </Group>
  );
}

/** A contrast is of two classes: neither contrasts nor scores are one. */
function isClass({ contrast, scored }: ClassInfo): boolean {
  return !contrast && !scored;
}

/** Our evidence, less that of another model. */
function Models({ view }: { view: View }) {
  const chosen = view.against.value;
  const models = view.beside.panes.value.filter(({ kind }) => kind === "model");
  if (models.length === 0) return null;
  return (
    <Group name="Another model">
      {models.map(({ id, label }) => (
        <Item
          key={id}
          words={`Difference to ${shown(label)}`}
          about="What only one of the two models needs"
          checked={chosen.includes(id)}
          act={() => {
            view.against.value = toggled(chosen, id);
          }}
        />
      ))}
    </Group>
  );
}

function Tokens({ view: { beside, tokens } }: { view: View }) {
  const [rows, columns] = beside.tokens.value;
  if (!rows) return null;
  return (
    <Group name="Over the pictures">
      <Item
        words={`Tokens, ${rows}×${columns}`}
        about="Patches this network reads, and each one’s share of the evidence"
        checked={tokens.value}
        act={() => {
          tokens.value = !tokens.value;
        }}
      />
    </Group>
  );
}

function toggled(chosen: readonly number[], each: number): readonly number[] {
  return chosen.includes(each) ? chosen.filter((other) => other !== each) : [...chosen, each];
}

/** What is there and no entry of the list below, or needs attention. */
function Now({ view }: { view: View }) {
  const { beside } = view;
  const methods = beside.methods.value;
  // What its own entry takes away is here only where there is more to do with it.
  const isEntry = (pane: BesidePane) => methods.some((method) => isOf(method, pane));
  const panes = beside.panes.value.filter(
    (pane) => !isEntry(pane) || isBusy(pane) || canRetry(pane),
  );
  if (panes.length === 0) return null;
  const offline = view.ui.store.offline.value;
  const lines = (pane: BesidePane) => {
    const name = shown(pane.label);
    const item = (verb: string, act: () => void, about?: string) => (
      <Item
        key={`${verb} ${pane.id}`}
        words={`${verb} ${name}`}
        about={about}
        disabled={offline}
        act={act}
      />
    );
    return [
      isBusy(pane) && item("Stop", () => beside.stop(pane.id), doing(pane)),
      canRetry(pane) && item("Retry", () => beside.retry(pane.id), shown(pane.error)),
      !isEntry(pane) && item("Remove", () => beside.remove(pane.id)),
    ];
  };
  return <Group name="Beside now">{panes.map(lines)}</Group>;
}
