/** A person's wish to mark or to load: the kernel else gets ready for that with its first mask. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Store } from "../../state/store";

/** What is returned has the kernel get ready as soon as it hears of it. */
export function createWish({ wire, portable }: Store, ready: ReadonlySignal<boolean>): () => void {
  const wanted = signal(false);
  const end = effect(() => {
    const open = wire.link.state.value === "live" && !portable.value && !ready.value;
    // It is ready before it answers; the list is asked for again then.
    if (open && wanted.value) void wire.link.ask({ type: "findings" }, () => false);
  });
  wire.atEnd(end);
  return () => {
    wanted.value = true;
  };
}
