import { type Ui, UiContext } from "../ui";
import { Classes } from "./classes";
import { Controls } from "./controls";
import { Notices } from "./notices";
import { Picture } from "./picture";
import { Readout } from "./readout";
import { Timeline } from "./timeline";

export function Panel({ ui }: { ui: Ui }) {
  return (
    <UiContext.Provider value={ui}>
      <div class="xw-panel" data-arrangement={ui.arrangement.value}>
        <Controls />
        <Notices />
        <Picture />
        <div class="xw-aside">
          <Classes />
          <Readout />
        </div>
        <Timeline />
      </div>
    </UiContext.Provider>
  );
}
