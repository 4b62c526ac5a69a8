import type { Ui } from "../ui";
import { Classes } from "./classes";
import { Controls } from "./controls";
import { NeedsKernel, NoKernel } from "./kernel";
import { Notices } from "./notices";
import { Picture } from "./picture";
import { Readout } from "./readout";
import { Timeline } from "./timeline";

export function Panel({ ui }: { ui: Ui }) {
  const { store } = ui;
  return (
    <div class="xw-panel" data-arrangement={ui.arrangement.value}>
      <div class="xw-top">
        <NeedsKernel store={store}>
          <Controls store={store} />
        </NeedsKernel>
        <NoKernel store={store} />
        <Notices store={store} />
      </div>
      <Picture ui={ui} />
      <div class="xw-aside">
        <Classes ui={ui} />
        <Readout ui={ui} />
      </div>
      <Timeline store={store} />
    </div>
  );
}
