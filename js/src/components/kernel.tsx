import type { ComponentChildren } from "preact";
import type { Store } from "../store";
import { NO_KERNEL } from "../words";

/** What only a kernel can do: on a page without one it is there, disabled, with the reason. */
export function NeedsKernel({ store, children }: { store: Store; children: ComponentChildren }) {
  if (!store.portable.value) return <>{children}</>;
  return (
    <fieldset class="xw-needs-kernel" disabled title={NO_KERNEL} aria-label={NO_KERNEL}>
      {children}
    </fieldset>
  );
}

/** The reason once more, for those who do not point at what is disabled. */
export function NoKernel({ store }: { store: Store }) {
  if (!store.portable.value) return null;
  return <p class="xw-no-kernel">{NO_KERNEL}</p>;
}
