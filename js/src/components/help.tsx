import { useEffect, useRef } from "preact/hooks";
import { VIEW_KEYS, viewName } from "../looks";
import type { Ui } from "../ui";

const PICTURE: [string, string][] = [
  ["← ↑ → ↓", "move the pixel cursor; with Shift by 10"],
  ["Home, End", "to the row's first, last pixel"],
  ["+ − 0", "zoom in, out, whole image"],
  ["Enter", "pin the pixel, or unpin it"],
  ["V", "zoom in until the pixels’ values are written on them"],
  ["L", "loupe on or off"],
  ["Esc", "leave the picture"],
];
const ANYWHERE: [string, string][] = [
  [
    `1 – ${VIEW_KEYS.length}`,
    VIEW_KEYS.map((view) => viewName(view, false).toLowerCase()).join(", "),
  ],
  ["C", "all colors, red, green, blue alone"],
  ["B", "boost faint evidence: ×2, ×4, ×8, off"],
  ["P", "play the iterations, or pause"],
  ["?", "this help"],
  ["← →", "on the slider: earlier, later; also Page, Home, End"],
];
const POINTER: [string, string][] = [
  ["Click", "pin a pixel"],
  ["Ctrl or ⌘ + wheel, pinch", "zoom; after a click the wheel alone"],
  ["Drag", "move the enlarged picture"],
  ["Double click", "whole image"],
];
/** Where an edit can be scored. */
const TESTING: [string, string][] = [
  ["Drag, Space", "draw, dab with the brush, where one is chosen"],
  ["Middle button", "move the picture while a brush is chosen"],
  ["Ctrl+Z, +Shift", "undo, redo an edit"],
];

/** The keys and gestures; Escape, or the button again, closes it. */
export function Help({ ui }: { ui: Ui }) {
  const box = useRef<HTMLDivElement>(null);
  const open = ui.helping.value;
  useEffect(() => {
    if (open) box.current?.focus();
  }, [open]);
  if (!open) return null;
  const close = () => {
    ui.helping.value = false;
    ui.root.querySelector<HTMLElement>('[aria-label^="Help"]')?.focus();
  };
  return (
    <div
      ref={box}
      class="xw-help"
      role="dialog"
      aria-label="Keys and gestures"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <button type="button" class="xw-bare" aria-label="Close help" onClick={close}>
        ✕
      </button>
      <Keys title="On the picture" keys={PICTURE} />
      <Keys title="In the panel" keys={ANYWHERE} />
      <Keys title="With a pointer" keys={POINTER} />
      {!ui.store.portable.value && <Keys title="Testing" keys={TESTING} />}
    </div>
  );
}

function Keys({ title, keys }: { title: string; keys: [string, string][] }) {
  return (
    <section>
      <h4>{title}</h4>
      <dl>
        {keys.map(([key, words]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
