/** The pictures of one view of an Inspector, with the tools at hand for them. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Store } from "../state/store";
import { createSurface, type Surface } from "./surface";
import { createTools, type ToolName, type Tools } from "./tools/table";
import type { Tool } from "./tools/tool";

export interface Picture extends Surface {
  tools: Tools;
  /** Null where strokes move the picture and clicks pin a pixel. */
  chosen: ReadonlySignal<ToolName | null>;
  /** Choose a tool in place of another, or none. */
  use(tool: ToolName | null): void;
  /** Those that are asked now, in their order. */
  atHand(): Tool[];
}

export function createPicture(root: HTMLElement, store: Store, ended: AbortSignal): Picture {
  const surface = createSurface(root, store, ended);
  const tools = createTools(surface);
  const chosen = signal<ToolName | null>(null);
  return {
    ...surface,
    tools,
    chosen,
    use(name) {
      const before: Tool | null = chosen.peek() && tools[chosen.peek() as ToolName];
      before?.end?.();
      const next: Tool | null = name && tools[name];
      next?.begin?.();
      chosen.value = name;
    },
    atHand() {
      const all = Object.entries(tools) as [ToolName, Tool][];
      return all.filter(([name, tool]) => tool.always || name === chosen.peek()).map(([, t]) => t);
    },
  };
}
