import { isTyping, isUndo } from "../keys";
import { VIEW_KEYS } from "../looks";
import { BOOSTS } from "../picture";
import type { Ui } from "../ui";
import { Classes } from "./classes";
import { Controls } from "./controls";
import { Help } from "./help";
import { NeedsKernel } from "./kernel";
import { Notices } from "./notices";
import { Picture } from "./picture";
import { PinTable } from "./pins";
import { Readout } from "./readout";
import { Testing } from "./testing";
import { Timeline } from "./timeline";
import { Trust } from "./trust";
import { MaskValues } from "./values";

/** In the order in which the key C goes through them. */
const COLORS = [null, 0, 1, 2] as const;

export function Panel({ ui }: { ui: Ui }) {
  const { store } = ui;
  const several = ui.panes.value.length > 1;
  const onKeyDown = (event: KeyboardEvent) => {
    if (isUndo(event)) {
      const { probe } = store;
      if (event.shiftKey || /y/i.test(event.key)) probe.redo();
      else probe.undo();
      event.preventDefault();
    }
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const view = VIEW_KEYS[Number(event.key) - 1];
    if (view) ui.view.value = view;
    const key = event.key.toLowerCase();
    if (key === "c") ui.channel.value = COLORS[COLORS.indexOf(ui.channel.value) + 1] ?? null;
    if (key === "b") ui.boost.value = BOOSTS[BOOSTS.indexOf(ui.boost.value) + 1] ?? 1;
    if (key === "p") ui.player.toggle();
    if (event.key === "?") {
      ui.helping.value = !ui.helping.value;
      if (!ui.helping.value) ui.refocus();
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that bubble up from the controls inside
    <div
      class="xw-panel"
      data-arrangement={several ? "several" : ui.arrangement.value}
      onKeyDown={onKeyDown}
    >
      <div class="xw-top">
        <NeedsKernel store={store}>
          <Controls store={store} />
        </NeedsKernel>
        <Notices store={store} />
      </div>
      <Picture ui={ui} />
      <Trust ui={ui} />
      <div class="xw-aside">
        <Classes ui={ui} />
        <div class="xw-column">
          <Readout ui={ui} />
          <MaskValues ui={ui} />
        </div>
      </div>
      <div class="xw-below">
        <NeedsKernel store={store}>
          <Testing ui={ui} />
        </NeedsKernel>
        <Timeline ui={ui} />
        <PinTable ui={ui} />
      </div>
      <Help ui={ui} />
    </div>
  );
}
