/** A kernel that only does as it is told, and stores that have heard of it. */
import { encode } from "../../harness/fake_model";
import type { Command, Message } from "../../src/kernel/contract";
import type { Model } from "../../src/kernel/model";
import { createStore } from "../../src/state/store";

type Listener = (...args: unknown[]) => void;

/** A model whose kernel does nothing but what a test says. */
export class Kernel implements Model {
  readonly sent: Command[] = [];
  widget_manager: unknown;
  readonly saved: Record<string, unknown>[] = [];
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
  send(content: unknown) {
    this.sent.push(content as Command);
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
  answers(message: Message, buffer?: DataView) {
    this.#emit("msg:custom", message, buffer ? [buffer] : []);
  }
  asked(type: Command["type"]) {
    return this.sent.filter((command) => command.type === type);
  }
  #emit(event: string, ...args: unknown[]) {
    for (const callback of this.#listeners.get(event) ?? []) callback(...args);
  }
}

export const WELCOME = { type: "welcome", protocol: 1, run: 1 } as const;
export const data = Uint8Array.from([1, 2, 3]);
export const mask = (run: number, target: number, iteration: number, seq = 0) =>
  encode({ run, target, iteration, seq, side: 1, data });

/** A store whose kernel has answered and finished run 1 of classes 5 and 6. */
export function finished(frames = [0, 1, 2, 4, 8]) {
  const kernel = new Kernel({ target: 5, iteration: 8, _follow: true, status: "done" });
  const store = createStore(kernel);
  store.connect();
  kernel.answers({ type: "welcome", protocol: 1, run: 1 });
  const track = { scores: [], means: [], frames };
  kernel.says({
    _classes: [5, 6].map((index) => ({ index, name: `class ${index}`, score: 0.5 })),
    _progress: { run: 1, iteration: 8, iterations: 8, seconds: 1, rate: 8 },
    _frame: mask(1, 5, 8, 1),
    _trace: { 5: track, 6: track },
  });
  return { kernel, store };
}
