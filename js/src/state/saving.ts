/** The Explanation and the page as files. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Sizes } from "../kernel/contract";
import { download } from "../support/files";
import type { Wire } from "./wire";

export interface Saving {
  /** How large a file of the Explanation would be now; null until asked for and answered. */
  sizes: ReadonlySignal<Sizes | null>;
  askSizes(): void;
  save(frames: keyof Sizes): void;
  exportPage(): void;
}

export function createSaving({ link, on }: Wire): Saving {
  const sizes = signal<Sizes | null>(null);
  on("sizes", (message) => {
    sizes.value = message;
  });
  for (const type of ["saved", "exported"] as const) {
    on(type, ({ name }, buffer) => {
      if (buffer) download(name, buffer as DataView<ArrayBuffer>);
    });
  }
  return {
    sizes,
    askSizes() {
      sizes.value = null;
      link.send({ type: "sizes" });
    },
    save: (frames) => link.send({ type: frames === "all" ? "save" : "save_last" }),
    exportPage: () => link.send({ type: "export" }),
  };
}
