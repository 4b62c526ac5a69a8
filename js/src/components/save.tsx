import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { copyPicture, download, png } from "../files";
import { focused } from "../keys";
import type { Ui } from "../ui";
import { nameOf } from "./pane";

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

  const picture = () => {
    const canvas = ui.root.querySelector("canvas");
    if (!canvas) throw new Error("There is no picture yet.");
    return canvas;
  };
  const screen = () => (ui.size.peek().width * ui.ratio.peek()) / picture().width;
  const name = (end: string) => {
    const mask = store.drawn.peek();
    const view = ui.panes.peek()[0]?.view ?? "image";
    const edited = store.probe.mask.peek() ? ["edited"] : [];
    const words = mask ? [nameOf(ui, mask.target), view, mask.iteration, ...edited] : ["image"];
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
  const items: [string, string, boolean, () => void][] = [
    ["Copy picture", "", false, attempt("Copied", () => copyPicture(picture(), screen()))],
    [
      "Save PNG, image pixels",
      "One PNG pixel an image pixel",
      false,
      attempt("Saved", async () => download(name(".png"), await png(picture()))),
    ],
    [
      "Save PNG, screen size",
      "As large as it is on this screen",
      false,
      attempt("Saved", async () => download(name("@screen.png"), await png(picture(), screen()))),
    ],
    [
      "Save Explanation",
      offline || "For xw.Explanation.load",
      Boolean(offline) || nothing,
      attempt("Saving …", store.save),
    ],
    [
      "Export page (HTML)",
      offline || "One file that works without a kernel",
      Boolean(offline) || nothing,
      attempt("Saving …", store.exportPage),
    ],
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
