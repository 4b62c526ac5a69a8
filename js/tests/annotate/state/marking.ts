/** Findings whose kernel answers when a test says so, and a browser that keeps what it is given. */

import { FakeFindings } from "../../../harness/fake_findings";
import { encode } from "../../../harness/fake_model";
import type { CreateFiles } from "../../../src/annotate/state/files";
import { createFindings } from "../../../src/annotate/state/findings";
import { createOutbox } from "../../../src/annotate/state/outbox";
import type { Message } from "../../../src/kernel/contract";
import { createStore } from "../../../src/state/store";
import { Kernel } from "../../state/stub_kernel";

export const SETUP = {
  ...{ ready: true, store: "findings.sqlite", reason: "", author: "me" },
  ...{ kinds: ["object", "artifact"], labels: ["watermark"], scope: "d1/s1", base: {} },
};
export const BOX = { type: "box", x: 1, y: 1, width: 4, height: 3 } as const;
export const OTHER = { ...BOX, x: 2 } as const;

/** The part of a browser's storage that is used. */
export class Browser implements Storage {
  [name: string]: unknown;
  readonly kept = new Map<string, string>();
  /** Thrown on writing. */
  refuses: DOMException | null = null;
  get length() {
    return this.kept.size;
  }
  key(index: number) {
    return [...this.kept.keys()][index] ?? null;
  }
  getItem(key: string) {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    if (this.refuses) throw this.refuses;
    this.kept.set(key, value);
  }
  removeItem(key: string) {
    this.kept.delete(key);
  }
  clear() {
    this.kept.clear();
  }
}

/** Locks of a browser: one page at a time has each. */
export class Locks {
  readonly #last = new Map<string, Promise<unknown>>();
  request = ((name: string, { signal }: LockOptions, had: () => Promise<void>) => {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(() => (signal?.aborted ? undefined : had()));
    this.#last.set(name, turn);
    return turn;
  }) as LockManager["request"];
}

const OURS = ["findings", "put", "review", "read_findings", "write_findings"];

/**
 * A page on a kernel; `answered` false leaves its hello unanswered. Without `locks` no page can tell
 * which others there are, as where it came by http; `manager` is what a host says of the kernel with.
 */
export function marking({
  browser = new Browser(),
  fake = new FakeFindings(),
  traits = {} as Record<string, unknown>,
  answered = true,
  files = undefined as CreateFiles | undefined,
  locks = null as Locks | null,
  manager = undefined as unknown,
} = {}) {
  const side = 16;
  const kernel = new Kernel({
    ...{ target: 5, iteration: 8, _follow: true, status: "done", _findings: SETUP },
    _image: encode({ target: -1, side, data: new Uint8Array(3 * side * side) }),
    ...traits,
  });
  kernel.widget_manager = manager;
  const store = createStore(kernel);
  const findings = createFindings(
    store,
    files,
    createOutbox(() => browser, store.wire.ended, locks),
  );
  store.connect();
  if (answered) kernel.answers({ type: "welcome", protocol: 2, run: 1 });
  const done = new Set<number>();
  const waiting = () => kernel.sent.filter(({ id, type }) => OURS.includes(type) && !done.has(id));
  /** Have the kernel answer what it was asked, or the first so many. */
  const pump = (most = Number.POSITIVE_INFINITY) => {
    let count = 0;
    while (waiting().length > 0 && count < most) {
      const [command] = waiting();
      if (!command) return;
      done.add(command.id);
      count += 1;
      kernel.answers({ ...(fake.answer(command) as Message), id: command.id });
    }
  };
  const push = (message: object) => kernel.answers(message as Message);
  if (answered) pump();
  return { kernel, store, findings, fake, browser, waiting, pump, push };
}
