/** Files of the Explanation, in the formats that the kernel names. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { FileFormat } from "../kernel/contract";
import type { Reply } from "../kernel/replies";
import { download } from "../support/files";
import type { Wire } from "./wire";

export interface Saving {
  formats: ReadonlySignal<FileFormat[]>;
  /** How large the files would be now, by format, where that is known; empty until answered. */
  sizes: ReadonlySignal<Record<string, number>>;
  askSizes(): Promise<Reply<"sizes">>;
  save(format: string): Promise<Reply<"save">>;
}

export function createSaving({ link, trait }: Wire): Saving {
  const sizes = signal<Record<string, number>>({});
  return {
    formats: trait("_formats", []),
    sizes,
    askSizes() {
      sizes.value = {};
      return link.ask({ type: "sizes" }, (reply) => {
        if (reply.type === "sizes") sizes.value = reply.bytes;
      });
    },
    save: (format) =>
      link.ask({ type: "save", format }, (reply) => {
        const isFile = reply.type === "saved" && reply.buffer;
        if (isFile) download(reply.name, reply.buffer as DataView<ArrayBuffer>);
      }),
  };
}
