import { isTyping, isUndo } from "../keys";
import { VIEWS } from "../picture";
import type { Ui } from "../ui";
import { Classes } from "./classes";
import { Controls } from "./controls";
import { Help } from "./help";
import { NeedsKernel, NoKernel } from "./kernel";
import { Notices } from "./notices";
import { Picture } from "./picture";
import { PinTable } from "./pins";
import { Readout } from "./readout";
import { Testing } from "./testing";
import { Timeline } from "./timeline";
import { Trust } from "./trust";
import { MaskValues } from "./values";

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
    const view = VIEWS[Number(event.key) - 1];
    if (view) ui.view.value = view;
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
        <NoKernel store={store} />
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
        <Testing ui={ui} />
        <Timeline store={store} />
        <PinTable ui={ui} />
      </div>
      <Help ui={ui} />
    </div>
  );
}
