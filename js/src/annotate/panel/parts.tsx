/** What the panel's parts of findings are for one view. */
import type { Extension } from "../../panel/extension";
import type { Ui } from "../../panel/ui";
import type { At, Tool } from "../../picture/tools/tool";
import { Aside } from "./aside";
import { Bar } from "./bar";
import { isTyped, KEYS, pressIn } from "./keys";
import { ToolsRow } from "./tools_row";
import type { View } from "./view";

export function panelParts(view: View): Omit<Extension<Ui>, "style" | "Help"> {
  const { annotating, marking, act } = view;
  // Where the picture has the focus Escape would leave it.
  const leaving: Tool = {
    always: true,
    get keys() {
      return annotating.on.value
        ? { Escape: ({ event }: At) => isTyped(view, event as KeyboardEvent) || act.leave() }
        : {};
    },
    help: { Findings: KEYS },
  };
  return {
    tools: { ...marking.tools, leaving },
    layers: marking.layers,
    Tools: () => <ToolsRow view={view} />,
    Bar: () => <Bar view={view} />,
    Aside: () => <Aside view={view} />,
    press: (event) => marking.press(event) || pressIn(view, event),
  };
}
