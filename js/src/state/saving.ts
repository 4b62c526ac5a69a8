/** The Explanation and the page as files. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Sizes } from "../kernel/contract";
import type { Reply } from "../kernel/replies";
import { download } from "../support/files";
import type { Wire } from "./wire";

export interface Saving {
  /** How large a file of the Explanation would be now; null until asked for and answered. */
  sizes: ReadonlySignal<Sizes | null>;
  askSizes(): Promise<Reply<"sizes">>;
  save(frames: keyof Sizes): Promise<Reply<"save" | "save_last">>;
  exportPage(): Promise<Reply<"export">>;
}

export function createSaving({ link }: Wire): Saving {
  const sizes = signal<Sizes | null>(null);
  const keep = (reply: Reply<"save" | "save_last" | "export">) => {
    const isFile = reply.type === "saved" || reply.type === "exported";
    if (isFile && reply.buffer) download(reply.name, reply.buffer as DataView<ArrayBuffer>);
  };
  return {
    sizes,
    askSizes() {
      sizes.value = null;
      return link.ask({ type: "sizes" }, (reply) => {
        if (reply.type === "sizes") sizes.value = reply;
      });
    },
    save: (frames) =>
      link.ask<"save" | "save_last">({ type: frames === "all" ? "save" : "save_last" }, keep),
    exportPage: () => link.ask({ type: "export" }, keep),
  };
}
