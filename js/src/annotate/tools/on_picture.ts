/** Keeps what draws from drawing where there is no picture. */
import type { At, Keys, Tool } from "../../picture/tools/tool";
import type { Pen } from "./pen";

/** The tool, which says why it draws nothing where there is no picture. */
export function onPicture(tool: Tool, pen: Pen): Tool {
  const refused = () => {
    if (!pen.isEmpty()) return false;
    pen.say("There is no picture to mark yet: it comes with a run.");
    return true;
  };
  const keys = Object.entries(tool.keys ?? {}).map(
    ([key, act]) => [key, (at: At) => refused() || act(at)] as const,
  );
  return {
    ...tool,
    down: (at) => refused() || (tool.down?.(at) ?? false),
    click: (at) => refused() || (tool.click?.(at) ?? false),
    keys: Object.fromEntries(keys) satisfies Keys,
  };
}
