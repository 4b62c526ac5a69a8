/**
 * Traits that something on the page sets besides the panel: `jslink` and `jsdlink` of ipywidgets.
 * The host tells no one who set a trait; what follows finds it out.
 */

/** What Backbone hands to a listener first; ipywidgets notes there what the kernel is setting. */
interface HostModel {
  _state_lock?: unknown;
}

/** Whether a change came from the page, to go by what its listener was given; false on other hosts. */
export function fromPage(given: readonly unknown[]): boolean {
  return (given[0] as HostModel | undefined)?._state_lock === null;
}

/** Whether a person's act is being handled right now: a linked slider is dragged, say. */
export function byAPerson(): boolean {
  const type = (globalThis as { event?: Event }).event?.type ?? "";
  return /^(pointer|mouse|touch|key|click|wheel|input|change)/.test(type);
}
