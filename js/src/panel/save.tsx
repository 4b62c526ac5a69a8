import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { lookWords } from "../picture/looks";
import { stillOf } from "../picture/still";
import { heatEnd, heatOf, viewTitle } from "../picture/view_names";
import { nameOf } from "../state/classes";
import { bytes, capital, figuresOf } from "../support/figures";
import { copyPicture, download, png } from "../support/files";
import { focused } from "../support/keys";
import { trustIn } from "./trust";
import type { Ui } from "./ui";

/** Copy and save: the picture as it is drawn, the Explanation, the page. */
export function SaveMenu({ ui }: { ui: Ui }) {
  const { store } = ui;
  const open = useSignal(false);
  const said = useSignal("");
  const box = useRef<HTMLDivElement>(null);
  const offline = store.offline.value;
  const nothing = !store.drawn.value;

  useEffect(() => {
    if (!open.value) return;
    box.current?.querySelector<HTMLElement>('[role="menuitem"]:not(:disabled)')?.focus();
    const outside = (event: Event) => {
      if (box.current && !event.composedPath().includes(box.current)) open.value = false;
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [open.value]);

  /** What is drawn, as large as it is on this screen, with words below it. */
  const screen = () => stillOf(ui, ui.panes.peek(), wordsOf(ui));
  /** The main picture alone, unless it is not what it seems. */
  const exact = () => {
    const panes = ui.panes.peek().slice(0, 1);
    const words = panes.map((pane) => lookWords(pane, ui.channel.peek(), ui.boost.peek()));
    return stillOf(ui, panes, words.filter(Boolean), true);
  };
  const copyLink = async (link: string) => {
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      throw new Error(`This page may not use the clipboard. The link: ${link}`);
    }
  };
  const name = (end: string) => {
    const mask = store.drawn.peek();
    const view = ui.panes.peek()[0]?.view ?? "image";
    const edited = store.testing.edited.peek() ? ["edited"] : [];
    const boost = ui.boost.peek() > 1 ? [`boosted-x${ui.boost.peek()}`] : [];
    const words = mask
      ? [nameOf(store, mask.target), view, mask.iteration, ...edited, ...boost]
      : ["image"];
    return `${words.join("-").replace(/[^\p{L}\p{N}.-]+/gu, "_")}${end}`;
  };
  const attempt = (done: string, act: () => unknown) => async () => {
    open.value = false;
    box.current?.querySelector("button")?.focus();
    try {
      await act();
      said.value = done;
      setTimeout(() => {
        said.value = "";
      }, 2500);
    } catch (error) {
      store.say(error instanceof Error ? error.message : String(error));
    }
  };
  const sized = (format: string) => {
    const size = store.sizes.value[format];
    return size === undefined ? "" : ` (${bytes(size)})`;
  };
  const link = ui.link.value;
  type Item = [words: string, title: string, disabled: boolean, act: () => void];
  const kernels = store.formats.value.map(({ name, label, title }): Item => {
    const save = attempt("Saving …", () => store.save(name));
    return [label + sized(name), offline || title, Boolean(offline) || nothing, save];
  });
  const linked: Item[] = link
    ? [
        [
          "Copy link",
          "Opens this exact picture: class, iteration, view, zoom",
          false,
          attempt("Copied", () => copyLink(link())),
        ],
      ]
    : [];
  const items: Item[] = [
    ...linked,
    ["Copy picture", "", false, attempt("Copied", () => copyPicture(screen()))],
    [
      "Save PNG, image pixels",
      "One PNG pixel per image pixel",
      false,
      attempt("Saved", async () => download(name(".png"), await png(exact()))),
    ],
    [
      "Save PNG, screen size",
      "As on this screen, with its caption",
      false,
      attempt("Saved", async () => download(name("@screen.png"), await png(screen()))),
    ],
    ...(store.portable.value ? [] : kernels),
  ];
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    const at = box.current ? all.indexOf(focused(box.current) as HTMLElement) : -1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape" && open.value) {
      open.value = false;
      box.current?.querySelector("button")?.focus();
    } else if (to !== undefined && open.value) all.at(to % all.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu inside takes the keys
    <div
      class="xw-save"
      ref={box}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        if (event.relatedTarget && !box.current?.contains(event.relatedTarget as Node)) {
          open.value = false;
        }
      }}
    >
      <button
        type="button"
        class="xw-tool"
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
          if (open.value && !offline && !nothing) store.askSizes();
        }}
      >
        {said.value || "Save"}
      </button>
      <span class="xw-sr" aria-live="polite">
        {said.value}
      </span>
      {open.value && (
        <div class="xw-menu" role="menu" aria-label="Save">
          {items.map(([words, title, disabled, act]) => (
            <button
              key={words}
              type="button"
              role="menuitem"
              tabIndex={-1}
              title={title || undefined}
              disabled={disabled}
              onClick={act}
            >
              {words}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** What a picture's strip says: what it is, how it is looked at, how far to trust it. */
function wordsOf(ui: Ui): string[] {
  const { store } = ui;
  const [pane, ...others] = ui.panes.peek();
  if (!pane) return [];
  const { mask } = pane.scene;
  const channel = ui.channel.peek();
  const boost = ui.boost.peek();
  const heat = `${heatOf(channel)}, from 0 to ${heatEnd(boost).replace(/^≥ (.*)/, "$1 and more")}`;
  const view = pane.view === "heat" ? heat : viewTitle(pane.view, pane.takes);
  // Views side by side have their titles.
  const looked = others.some((each) => each.view !== pane.view) ? "" : `${view}. `;
  if (!mask) return [view];
  const name = nameOf(store, mask.target);
  const net = store.netName.peek() || "the network";
  const game = ui.layout.peek() === "game" ? "" : `${capital(store.ran.peek().game)} game, `;
  return [
    pane.says || `${name}: ${figuresOf(mask, pane.takes)}`,
    `${looked}${game}${net}, iteration ${mask.iteration}.`,
    lookWords(pane, channel, boost),
    trustIn(ui).words,
  ].filter(Boolean);
}
