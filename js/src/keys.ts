/** Which key presses the panel keeps from the notebook around it: those it uses, and no others. */

const TYPED = new Set(["INPUT", "SELECT", "TEXTAREA"]);

export function isOurs(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return false;
  // Shift+Enter runs the notebook's cell, wherever the focus is.
  if (event.key === "Enter" && event.shiftKey) return false;
  const element = event.target as HTMLElement;
  if (TYPED.has(element.tagName)) return true;
  if (element.getAttribute("role") === "application") return /^(Arrow|Home$|End$)/.test(event.key);
  // Unkept, Enter on a button would send a notebook into its edit mode.
  return element.tagName === "BUTTON" && (event.key === "Enter" || event.key === " ");
}
