/** Which key presses the panel keeps from the notebook around it: those it uses, and no others. */

const TYPED = new Set(["INPUT", "SELECT", "TEXTAREA"]);
/** What the picture uses, and what the whole panel does where nothing is typed. */
const PICTURE = /^(Arrow.*|Home|End|Enter|[-+=0lL ])$/;
const PANEL = /^[1-5?]$/;

export function isOurs(event: KeyboardEvent): boolean {
  if (isUndo(event)) return true;
  if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return false;
  // Shift+Enter runs the notebook's cell, wherever the focus is.
  if (event.key === "Enter" && event.shiftKey) return false;
  const element = event.target as HTMLElement;
  if (TYPED.has(element.tagName) || PANEL.test(event.key)) return true;
  const role = element.getAttribute("role");
  if (role === "application") return PICTURE.test(event.key);
  if (role === "slider" || role === "menuitem")
    return /^(Arrow|Home$|End$|Enter$| $)/.test(event.key);
  // Unkept, Enter on a button would send a notebook into its edit mode.
  return element.tagName === "BUTTON" && (event.key === "Enter" || event.key === " ");
}

/** Ctrl+Z and its kin, save where they undo what was typed. */
export function isUndo(event: KeyboardEvent): boolean {
  const element = event.target as HTMLInputElement;
  const typed = element.tagName === "TEXTAREA" || /^(text|number)$/.test(element.type);
  return /^[zy]$/i.test(event.key) && (event.ctrlKey || event.metaKey) && !event.altKey && !typed;
}

/** Whether a press is typing, and so not one of the panel's keys. */
export function isTyping(event: KeyboardEvent): boolean {
  return TYPED.has((event.target as HTMLElement).tagName);
}
