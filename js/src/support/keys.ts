/** Focus and keys, also in a host that renders in a shadow root (marimo), and which keys are ours. */

/** The element that has the focus in an element's own document or shadow root. */
export function focused(element: Element): Element | null {
  return (element.getRootNode() as Document | ShadowRoot).activeElement;
}

/** Where an event happened: outside of a shadow root its target is but the host. */
export function origin(event: Event): Element | null {
  const [target] = event.composedPath();
  return target instanceof Element ? target : null;
}

/** Keep from the notebook around `root` the key presses that are its own. */
export function keepKeys(
  root: HTMLElement,
  isOurs: (event: KeyboardEvent) => boolean,
  ended: AbortSignal,
): void {
  root.addEventListener(
    "keydown",
    (event) => {
      if (isOurs(event)) event.stopPropagation();
    },
    { signal: ended },
  );
  // Notebook 7 takes its shortcuts on the way down, where stopping comes too late: it asks for this.
  window.addEventListener(
    "keydown",
    (event) => {
      const target = origin(event);
      if (!target || !root.contains(target)) return;
      // On the very element: the search for a shortcut begins there and ends at the mark.
      target.toggleAttribute("data-lm-suppress-shortcuts", isOurs(event));
    },
    { signal: ended, capture: true },
  );
}

/** Which key presses the panel keeps from the notebook around it: those it uses, and no others. */

const TYPED = new Set(["INPUT", "SELECT", "TEXTAREA"]);

/** Ctrl+A among them: a notebook would select its cells, and the next letter would change them all. */
export function isOurs(event: KeyboardEvent): boolean {
  if (isHeld(event, /^[zya]$/i)) return true;
  if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return false;
  // Shift+Enter runs the notebook's cell, wherever the focus is.
  if (event.key === "Enter" && event.shiftKey) return false;
  const element = origin(event);
  if (!element) return false;
  if (element.closest("dialog")) return true;
  // A slip beside one of the panel's keys must not cut a cell.
  if (TYPED.has(element.tagName) || event.key.length === 1) return true;
  const role = element.getAttribute("role");
  // The picture: its tools say which keys they use.
  if (role === "application") {
    return ((element as HTMLElement).dataset.keys ?? "").split(" ").includes(event.key);
  }
  if (/^(slider|menuitem|listbox|option)$/.test(role ?? ""))
    return /^(Arrow|Page|Home$|End$|Enter$|Delete$|Backspace$|Escape$| $)/.test(event.key);
  // Unkept, Enter on a button, or beside all controls, would send a notebook into its edit mode.
  return (
    /^(BUTTON|SUMMARY|DIV)$/.test(element.tagName) && (event.key === "Enter" || event.key === " ")
  );
}

/** Ctrl+Z and its kin, save where they undo what was typed. */
export function isUndo(event: KeyboardEvent): boolean {
  return isHeld(event, /^[zy]$/i);
}

/** One of these keys with Ctrl, save where it is for what was typed. */
function isHeld(event: KeyboardEvent, keys: RegExp): boolean {
  const held = (event.ctrlKey || event.metaKey) && !event.altKey;
  return held && keys.test(event.key) && !isText(origin(event));
}

/** Whether a press is typing, or chooses in a list, and so is not one of the panel's keys. */
export function isTyping(event: KeyboardEvent): boolean {
  const element = origin(event);
  return element?.tagName === "SELECT" || isText(element);
}

function isText(element: Element | null): boolean {
  if (element instanceof HTMLInputElement) return /^(text|number)$/.test(element.type);
  return element?.tagName === "TEXTAREA";
}
