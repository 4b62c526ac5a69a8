/** Findings from files and to files, by the kernel. An exported page has its own way. */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { Message, ReviewRecord } from "../../kernel/contract";
import type { Store } from "../../state/store";
import { download } from "../../support/files";
import type { Finding } from "./record";
import type { Setup } from "./setup";

/** What a file holds. */
export type Preview = Pick<Extract<Message, { type: "preview" }>, "rows" | "notes">;

export interface Files {
  /**
   * Look into a file, once it is known what is here; nothing of it is taken. Where it cannot be read,
   * or there is no kernel to do it, the error says why.
   */
  readFile(file: File): Promise<Preview>;
  /**
   * Write the findings to a file of a format, and have it downloaded. What there is to say of it: its
   * name first, then what it does not hold.
   */
  writeFile(format: string): Promise<readonly string[]>;
  /**
   * Read a finding that the browser kept; it throws where it is none. Given where no kernel does that
   * before it takes one.
   */
  readFinding?(value: unknown): Finding;
}

/** Makes them for one Inspector; `known` are all findings and reviews. */
export type CreateFiles = (
  store: Store,
  setup: Setup,
  known: () => readonly [readonly Finding[], readonly ReviewRecord[]],
) => Files;

/** The kernel takes no larger one. */
const MOST_BYTES = 32e6;

/** Throws an error in words for a file that is too large to be read. */
export function checkSize({ size }: File): void {
  if (size <= MOST_BYTES) return;
  throw new Error(`The file is too large: at most 32 MB are read.`);
}

/** Resolves once a kernel is ready; where there is none to ask, the error says why. */
async function settled({ offline, wire }: Store, ready: ReadonlySignal<boolean>): Promise<void> {
  let unwatch = () => {};
  const known = new Promise<void>((resolve, reject) => {
    wire.ended.addEventListener("abort", () => reject(new Error("The panel was closed.")));
    unwatch = effect(() => {
      if (offline.value) reject(new Error(offline.value));
      else if (ready.value) resolve();
    });
  });
  await known.finally(unwatch);
}

export const createFiles: CreateFiles = (store, { ready }) => ({
  async readFile(file) {
    checkSize(file);
    await settled(store, ready);
    const buffer = new DataView(await file.arrayBuffer());
    const reply = await store.wire.link.ask(
      { type: "read_findings", name: file.name, buffer },
      () => false,
    );
    if (reply.type === "preview") return reply;
    throw new Error(reply.type === "failed" ? reply.message : "The kernel did not answer.");
  },
  async writeFile(format) {
    if (store.offline.peek()) throw new Error(store.offline.peek());
    const reply = await store.wire.link.ask({ type: "write_findings", format }, () => false);
    if (reply.type === "saved" && reply.buffer) {
      download(reply.name, reply.buffer as DataView<ArrayBuffer>);
      return [`Saved ${reply.name}`, ...(reply.notes ?? [])];
    }
    throw new Error(reply.type === "failed" ? reply.message : "The kernel did not answer.");
  },
});
