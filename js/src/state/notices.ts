/** What went wrong, in words. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Wire } from "./wire";

export interface Notice {
  id: number;
  text: string;
}

export interface Notices {
  /** What stopped the run. */
  error: ReadonlySignal<string>;
  /** The newest three of the others. */
  notices: ReadonlySignal<Notice[]>;
  say(text: string): void;
  dismiss(id: number): void;
}

export function createNotices(wire: Wire): Notices {
  const error = wire.trait("error", "");
  const notices = signal<Notice[]>([]);
  let last = 0;
  const say = (text: string) => {
    if (text === error.peek() || notices.value.some((notice) => notice.text === text)) return;
    last += 1;
    notices.value = [...notices.value.slice(-2), { id: last, text }];
  };
  wire.on("failed", ({ message }) => say(message));
  // What the kernel refused it also says in `error`, which is shown already.
  wire.listen("change:error", () => {
    notices.value = notices.value.filter(({ text }) => text !== error.peek());
  });
  return {
    error,
    notices,
    say,
    dismiss(id) {
      notices.value = notices.value.filter((notice) => notice.id !== id);
    },
  };
}
