import type { ComponentChildren } from "preact";
import type { Store } from "../store";

/** What only a kernel can do: a page that was exported leaves it out. */
export function NeedsKernel({ store, children }: { store: Store; children: ComponentChildren }) {
  return store.portable.value ? null : children;
}
