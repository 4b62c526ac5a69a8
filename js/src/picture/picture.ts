/** The pictures of one view of an Inspector, with the tools at hand for them. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Store } from "../state/store";
import type { More } from "./panes";
import { createSurface, type Surface } from "./surface";
import { createTools, type Tools } from "./tools/table";
import type { Tool } from "./tools/tool";

export interface Picture extends Surface {
  tools: Tools;
  /** Null where strokes move the picture and clicks pin a pixel. */
  chosen: ReadonlySignal<string | null>;
  chosenTool: ReadonlySignal<Tool | null>;
  /** Choose a tool in place of another, or none. */
  use(tool: string | null): void;
  /** Those that are asked now, in their order: of a pointer, or of a key. */
  atHand(of: "pointer" | "key"): Tool[];
}

/** What is added: tools to the table's, by name, and what there is to see. */
interface Added extends More {
  tools?: Readonly<Record<string, Tool>>;
}

export function createPicture(
  root: HTMLElement,
  store: Store,
  ended: AbortSignal,
  added: () => readonly Added[],
): Picture {
  const surface = createSurface(root, store, ended, added);
  const more = (): Record<string, Tool> => Object.assign({}, ...added().map(({ tools }) => tools));
  const tools = createTools(surface);
  const chosen = signal<string | null>(null);
  const chosenTool = computed<Tool | null>(() => {
    const all: Record<string, Tool> = { ...more(), ...tools };
    return all[chosen.value ?? ""] ?? null;
  });
  return {
    ...surface,
    ...{ tools, chosen, chosenTool },
    use(name) {
      chosenTool.peek()?.end?.();
      chosen.value = name;
      chosenTool.peek()?.begin?.();
    },
    atHand(of) {
      const { cursor, zoom, ...others } = tools;
      const front: Tool[] = [cursor, zoom];
      const added = Object.values(more());
      // Two fingers zoom whatever is drawn; what is drawn has its own use of the arrow keys.
      const first = of === "key" ? [...added, ...front] : [...front, ...added];
      return [...first, ...Object.values(others)].filter(
        (tool: Tool) => tool.always || tool === chosenTool.peek(),
      );
    },
  };
}
