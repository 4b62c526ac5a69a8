/** What the panel's parts of what stands beside are for one view. */
import type { FunctionComponent } from "preact";
import type { Extension } from "../../panel/extension";
import type { Ui } from "../../panel/ui";
import type { Layer } from "../../picture/layers/layer";
import type { Pane } from "../../picture/panes";
import type { BesideView } from "../view";
import { Menu } from "./menu";
import { Over } from "./over";
import { Spread } from "./share";
import { Title } from "./title";
import { createPanel, type Judging } from "./view";

export type { Judging };

export interface Parts extends Partial<Extension<Ui>> {
  /** In place of the titles of all pictures, where some stand beside the main one. */
  Title?: FunctionComponent<{ pane: Pane }>;
}

export function panelParts(beside: BesideView, judging: Judging | undefined): Parts {
  const view = createPanel(beside, judging);
  const over: Layer = {
    View({ pane }) {
      const of = view.of(pane.key);
      return of ? <Over view={view} of={of} /> : null;
    },
  };
  return {
    Title: ({ pane }) => <Title view={view} pane={pane} />,
    Beside: () => <Menu view={view} />,
    Spread: ({ children }) => <Spread view={view}>{children}</Spread>,
    ...(judging && {
      Bar: () => <judging.Compared view={view} />,
      Below: () => <judging.Measures view={view} />,
    }),
    layers: [over],
  };
}
