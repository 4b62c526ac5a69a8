import { shown } from "../../support/texts";
import type { Shown } from "../view";
import { canRetry, isBusy } from "./acts";
import { takeAway } from "./title";
import type { View } from "./view";

/**
 * On a pane that is not done: what it is doing, or why it could not, and what can be done; in a corner
 * where it shows something all the same.
 */
export function Over({ view, of }: { view: View; of: Shown }) {
  const words = shown(of.error) || doing(of);
  if (!words) return null;
  const name = shown(of.label);
  const { id } = of;
  const button = (verb: string, act: () => void) => (
    <button type="button" aria-label={`${verb} ${name}`} onClick={act}>
      {verb}
    </button>
  );
  return (
    <div
      class="xw-over"
      data-state={of.state}
      // Values of another iteration, or of a run that goes on, stay visible.
      data-corner={of.values ? "" : undefined}
      // Its buttons are no place of the picture.
      onPointerDown={(event) => event.stopPropagation()}
    >
      <span role="status" aria-label={name}>
        {words}
      </span>
      {of.state === "running" && id !== null && (
        <i aria-hidden="true">
          <i style={{ width: `${100 * of.progress}%` }} />
        </i>
      )}
      {id !== null && !view.ui.store.offline.value && (
        <span>
          {isBusy(of) && button("Stop", () => view.beside.stop(id))}
          {canRetry(of) && button("Retry", () => view.beside.retry(id))}
          {!isBusy(of) && !of.values && button("Remove", () => takeAway(view, of))}
        </span>
      )}
    </div>
  );
}

/** What a pane is doing, in a few words. */
export function doing(
  of: Pick<Shown, "id" | "state" | "progress"> & Partial<Pick<Shown, "values">>,
): string {
  if (of.id === null) return of.values || of.state === "done" ? "" : "Waiting for both …";
  if (of.state === "stopped") return "Stopped";
  if (of.state === "waiting") return "Waiting …";
  if (of.state !== "running") return "";
  // A method that does it all at once has nothing to tell in between.
  return of.progress > 0 ? `Running, ${Math.floor(100 * of.progress)}%` : "Running …";
}
