import type { ComponentChildren } from "preact";
import { isCut, LINKS } from "../kernel/link";
import type { Store } from "../state/store";

/** What only a kernel can do: a page that was exported leaves it out; without one it is disabled. */
export function NeedsKernel({ store, children }: { store: Store; children: ComponentChildren }) {
  if (store.portable.value) return null;
  const link = store.link.value;
  const reason = isCut(link) ? LINKS[link] : undefined;
  return (
    <fieldset
      class="xw-needs-kernel"
      disabled={reason !== undefined}
      title={reason}
      aria-label={reason}
    >
      {children}
    </fieldset>
  );
}
