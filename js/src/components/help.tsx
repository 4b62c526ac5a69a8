import { useEffect, useRef } from "preact/hooks";
import type { Ui } from "../ui";

const PICTURE: [string, string][] = [
  ["← ↑ → ↓", "move the pixel cursor; with Shift by 10"],
  ["Home, End", "to the row's first, last pixel"],
  ["+ − 0", "zoom in, out, whole image"],
  ["Enter", "pin the pixel, or unpin it"],
  ["Space", "dab with the brush, where one is chosen"],
  ["L", "loupe on or off"],
  ["Esc", "leave the picture"],
];
const ANYWHERE: [string, string][] = [
  ["1 – 5", "evidence, mask, heat, overlay, image"],
  ["Ctrl+Z, +Shift", "undo, redo an edit"],
  ["?", "this help"],
  ["← →", "on the slider: earlier, later; also Page, Home, End"],
];
const POINTER: [string, string][] = [
  ["Click", "pin a pixel"],
  ["Ctrl or ⌘ + wheel, pinch", "zoom; after a click the wheel alone"],
  ["Drag", "move the enlarged picture, or draw with the brush"],
  ["Middle button", "move the picture while a brush is chosen"],
  ["Double click", "whole image"],
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
