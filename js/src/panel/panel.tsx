import type { FunctionComponent } from "preact";
import { BOOSTS } from "../picture/painting";
import { viewOfKey } from "../picture/view_names";
import { isTyping, isUndo } from "../support/keys";
import { Classes } from "./classes";
import { placesOf } from "./extension";
import { NeedsKernel } from "./needs_kernel";
import { Notices } from "./notices";
import { Picture } from "./picture";
import { Readout } from "./readout";
import { About } from "./runbar";
import { Threshold } from "./threshold";
import { Timeline } from "./timeline";
import { Toolbar } from "./toolbar";
import { Trust } from "./trust";
import type { Ui } from "./ui";

/** In the order in which the key C goes through them. */
const COLORS = [null, 0, 1, 2] as const;

/** What only a kernel can do. */
export type KernelParts = Record<"RunBar" | "Settings" | "Testing", FunctionComponent<{ ui: Ui }>>;

export function Panel({ ui, kernel }: { ui: Ui; kernel?: KernelParts | undefined }) {
  const { store } = ui;
  const onKeyDown = (event: KeyboardEvent) => {
    const added = ui.extensions.value;
    const helping = ui.helping.value && placesOf(added, "Help").length > 0;
    if (!helping && !isTyping(event) && added.some((each) => each.press?.(event))) {
      event.preventDefault();
      return;
    }
    if (isUndo(event)) {
      if (event.shiftKey || /y/i.test(event.key)) store.undo.redo();
      else store.undo.undo();
      event.preventDefault();
    }
    if (helping) return; // what is behind it stays as it is
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const view = viewOfKey(event.key);
    if (view) ui.view.value = view;
    const key = event.key.toLowerCase();
    if (key === "c") ui.channel.value = COLORS[COLORS.indexOf(ui.channel.value) + 1] ?? null;
    if (key === "b") ui.boost.value = BOOSTS[BOOSTS.indexOf(ui.boost.value) + 1] ?? 1;
    if (key === "p") ui.player.toggle();
    if (event.key === "?") ui.helping.value = true;
  };
  const portable = store.portable.value;
  const added = ui.extensions.value;
  const asides = placesOf(added, "Aside");
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that bubble up from the controls inside
    <div
      class="xw-panel"
      // A press beside all controls brings the keys here, not to the notebook's cell.
      tabIndex={-1}
      data-arrangement={ui.arrangement.value}
      onKeyDown={onKeyDown}
    >
      <div class="xw-top">
        {!portable && kernel && <kernel.RunBar ui={ui} />}
        <Notices store={store} />
      </div>
      <Picture ui={ui} />
      <Trust ui={ui} />
      <Classes ui={ui} />
      <div class="xw-reading">
        <Threshold ui={ui} />
        <Readout ui={ui} />
      </div>
      <Timeline ui={ui} />
      {/* A row of their own on top would be a gap where there is nothing to run. */}
      <Toolbar ui={ui}>{portable && <About ui={ui} />}</Toolbar>
      {kernel && (
        <NeedsKernel store={store}>
          <kernel.Testing ui={ui} />
        </NeedsKernel>
      )}
      <div class="xw-below">
        {kernel && (
          <NeedsKernel store={store}>
            <kernel.Settings ui={ui} />
          </NeedsKernel>
        )}
        {placesOf(added, "Below").map((Below, k) => (
          <Below key={k} ui={ui} />
        ))}
      </div>
      {asides.length > 0 && (
        <div class="xw-aside">
          {asides.map((Aside, k) => (
            <Aside key={k} ui={ui} />
          ))}
        </div>
      )}
      {ui.helping.value && placesOf(added, "Help").map((Help, k) => <Help key={k} ui={ui} />)}
      {placesOf(added, "style").map((style, k) => (
        <style key={k}>{style}</style>
      ))}
    </div>
  );
}
