/** What a person does with panes, beside adding and removing them. */
import type { Shown } from "../view";
import type { View } from "./view";

/** Given values are what they are: of them nothing can be tried again. */
export function canRetry({ kind, state }: Pick<Shown, "kind" | "state">): boolean {
  return (kind === "method" || kind === "model") && (state === "failed" || state === "stopped");
}

export function isBusy({ state }: { state: string }): boolean {
  return state === "waiting" || state === "running";
}

/** Have panes measured for the class drawn, or checked by random weights. */
export function measure(view: View, type: "measure" | "randomize", panes: readonly number[]): void {
  const { store } = view.ui;
  const target = store.target.peek();
  for (const pane of panes) void store.wire.link.ask({ type, pane, target });
}

export function stopMeasuring({ ui }: View): void {
  void ui.store.wire.link.ask({ type: "measure_stop" });
}
