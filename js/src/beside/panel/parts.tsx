/** What the panel's parts of what stands beside are for one view. */
import type { FunctionComponent } from "preact";
import type { Extension } from "../../panel/extension";
import type { Ui } from "../../panel/ui";
import type { Pane } from "../../picture/panes";
import type { BesideView } from "../view";
import { Menu } from "./menu";

export interface Parts extends Partial<Extension<Ui>> {
  /** In place of the titles of all pictures, where some stand beside the main one. */
  Title?: FunctionComponent<{ pane: Pane }>;
}

export function panelParts(view: BesideView): Parts {
  return { Beside: () => <Menu view={view} /> };
}
