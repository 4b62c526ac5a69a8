/** The pictures of one view of an Inspector, with the tools at hand for them. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Store } from "../state/store";
import { createSurface, type Surface } from "./surface";
import { createTools, type ToolName, type Tools } from "./tools/table";
import type { Tool } from "./tools/tool";

export interface Picture extends Surface {
  tools: Tools;
  /** Null where strokes move the picture and clicks pin a pixel. */
  chosen: ReadonlySignal<ToolName | null>;
  chosenTool: ReadonlySignal<Tool | null>;
  /** Choose a tool in place of another, or none. */
  use(tool: ToolName | null): void;
  /** Those that are asked now, in their order. */
  atHand(): Tool[];
}

export function createPicture(root: HTMLElement, store: Store, ended: AbortSignal): Picture {
  const surface = createSurface(root, store, ended);
  const tools = createTools(surface);
  const chosen = signal<ToolName | null>(null);
  const chosenTool = computed<Tool | null>(() => chosen.value && tools[chosen.value]);
  return {
    ...surface,
    ...{ tools, chosen, chosenTool },
    use(name) {
      chosenTool.peek()?.end?.();
      chosen.value = name;
      chosenTool.peek()?.begin?.();
    },
    atHand() {
      const all: Tool[] = Object.values(tools);
      return all.filter((tool) => tool.always || tool === chosenTool.peek());
    },
  };
}
