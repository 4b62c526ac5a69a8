/** A kernel that only does as it is told, and stores that have heard of it. */
import { encode } from "../../harness/fake_model";
import type { Command, Message } from "../../src/kernel/contract";
import { decodeFrame } from "../../src/kernel/frame";
import type { Model } from "../../src/kernel/model";
import { createStore } from "../../src/state/store";

/** What each command is answered with. */
const REPLIES: Record<string, Message["type"]> = {
  ...{ hello: "welcome", frame: "frame", categories: "categories", sizes: "sizes" },
  save: "saved",
  values: "values",
  ...{ run: "done", run_more: "done", stop: "done", add: "done", compare: "done", test: "done" },
};

type Listener = (...args: unknown[]) => void;

/** A model whose kernel does nothing but what a test says. */
export class Kernel implements Model {
  readonly sent: (Command & { id: number })[] = [];
  readonly buffers: DataView[] = [];
  widget_manager: unknown;
  readonly saved: Record<string, unknown>[] = [];
  readonly #answered = new Set<number>();
  #pending: Record<string, unknown> = {};
  readonly #traits = new Map<string, unknown>();
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(traits: Record<string, unknown> = {}) {
    for (const [name, value] of Object.entries(traits)) this.#traits.set(name, value);
  }
  get(name: string) {
    return this.#traits.get(name);
  }
  set(name: string, value: unknown, options?: { silent: boolean }) {
    this.#pending[name] = value;
    if (options?.silent) this.#traits.set(name, value);
    else this.says({ [name]: value });
  }
  /** What jslink does: the value is set, told as Backbone tells it, then sent. */
  links(name: string, value: unknown) {
    const before = this.#traits.get(name);
    this.#traits.set(name, value);
    this.#emit(`change:${name}`, { _state_lock: null }, value);
    const now = this.#traits.get(name);
    if (now !== before) this.saved.push({ [name]: now });
  }
  save_changes() {
    this.saved.push(this.#pending);
    this.#pending = {};
  }
  send(content: unknown, _callbacks?: unknown, buffers: DataView[] = []) {
    this.buffers.push(...buffers);
    this.sent.push(content as Command & { id: number });
  }
  on(event: string, callback: (...args: never[]) => void) {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set.add(callback as Listener));
  }
  off(event: string, callback: (...args: never[]) => void) {
    this.#listeners.get(event)?.delete(callback as Listener);
  }
  get listeners() {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }
  /** Traits from the kernel: all set, then all told, as Backbone does. */
  says(traits: Record<string, unknown>) {
    for (const [name, value] of Object.entries(traits)) this.#traits.set(name, value);
    for (const name of Object.keys(traits)) this.#emit(`change:${name}`);
  }
  /** The same as marimo does it: each told before the next is set. */
  saysOneByOne(traits: Record<string, unknown>) {
    for (const [name, value] of Object.entries(traits)) this.says({ [name]: value });
  }
  /** A reply names its command: the one that it fits, where it does not say which. */
  answers(message: Message, buffer?: DataView) {
    const id = message.id ?? this.#fitting(message, buffer);
    if (id !== undefined) this.#answered.add(id);
    this.#emit("msg:custom", { ...message, ...(id === undefined ? {} : { id }) }, [
      ...(buffer ? [buffer] : []),
    ]);
  }
  #fitting(message: Message, buffer?: DataView): number | undefined {
    const open = [...this.#given()].filter(({ id }) => !this.#answered.has(id));
    const frame = message.type === "frame" && buffer ? decodeFrame(buffer) : undefined;
    const request = message.type === "failed" ? message.request : null;
    const wanted = { ...message, ...frame, ...request };
    const fields = ["iteration", "target", "by", "pane"] as const;
    const isFor = ({ type }: Command) =>
      message.type === "failed" ? type === request?.type : REPLIES[type] === message.type;
    const score = (command: Command) =>
      fields.filter((name) => name in command && command[name as never] === wanted[name as never])
        .length;
    const fit = open.filter(isFor).sort((a, b) => score(b) - score(a));
    return fit[0]?.id;
  }
  *#given(): Iterable<Command & { id: number }> {
    yield* this.sent;
    for (const { _command } of this.saved) {
      if (_command) yield _command as Command & { id: number };
    }
  }
  /** The commands of one type, as they were given. */
  asked(type: Command["type"]): Command[] {
    const found = this.sent.filter((command) => command.type === type);
    return found.map(({ id, ...command }) => command as Command);
  }
  #emit(event: string, ...args: unknown[]) {
    for (const callback of this.#listeners.get(event) ?? []) callback(...args);
  }
}

export const WELCOME = { type: "welcome", protocol: 2, run: 1 } as const;
export const data = Uint8Array.from([1, 2, 3]);
export const mask = (run: number, target: number, iteration: number, seq = 0) =>
  encode({ run, target, iteration, seq, side: 1, data });

/** A store whose kernel has answered and finished run 1 of classes 5 and 6. */
export function finished(frames = [0, 1, 2, 4, 8]) {
  const kernel = new Kernel({ target: 5, iteration: 8, _follow: true, status: "done" });
  const store = createStore(kernel);
  store.connect();
  kernel.answers({ type: "welcome", protocol: 2, run: 1 });
  const track = { scores: [], means: [], frames };
  kernel.says({
    _classes: [5, 6].map((index) => ({ index, name: `class ${index}`, score: 0.5 })),
    _progress: { run: 1, iteration: 8, iterations: 8, seconds: 1, rate: 8 },
    _frame: mask(1, 5, 8, 1),
    _trace: { 5: track, 6: track },
  });
  return { kernel, store };
}
