import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { encode } from "../../harness/fake_model";
import type { Model } from "../../src/kernel/model";
import type { Command, Message } from "../../src/kernel/protocol";
import { createStore } from "../../src/state/store";

type Listener = (...args: unknown[]) => void;

/** A model whose kernel does nothing but what a test says. */
class Kernel implements Model {
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

const WELCOME = { type: "welcome", protocol: 1, run: 1 } as const;
const data = Uint8Array.from([1, 2, 3]);
const mask = (run: number, target: number, iteration: number, seq = 0) =>
  encode({ run, target, iteration, seq, side: 1, data });

/** A store whose kernel has answered and finished run 1 of classes 5 and 6. */
function finished(frames = [0, 1, 2, 4, 8]) {
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

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("frames", () => {
  test("are acknowledged at once, once, and only where that is asked", () => {
    const kernel = new Kernel({ target: 5 });
    createStore(kernel);
    kernel.says({ _frame: mask(1, 5, 0, 41) });
    kernel.says({ _frame: mask(1, 5, 1) });
    expect(kernel.sent).toEqual([{ type: "ack", seq: 41 }]);
  });

  test("of an older run are acknowledged but never drawn", () => {
    const kernel = new Kernel({ target: 5 });
    const store = createStore(kernel);
    kernel.says({ _frame: mask(2, 5, 0, 1) });
    kernel.says({ _frame: mask(1, 5, 90, 2) });
    expect(store.drawn.value?.iteration).toBe(0);
    expect(kernel.asked("ack")).toHaveLength(2);
  });

  test("of a newer run replace the picture only when they come", () => {
    const { kernel, store } = finished();
    kernel.says({ status: "running", _progress: { run: 2, iteration: 0 } });
    expect(store.drawn.value).toMatchObject({ run: 1, iteration: 8 });
    kernel.says({ _frame: mask(2, 5, 0) });
    expect(store.drawn.value).toMatchObject({ run: 2, iteration: 0 });
  });

  test("that are broken are told in words", () => {
    const kernel = new Kernel({ target: 5 });
    const store = createStore(kernel);
    kernel.says({ _frame: new DataView(new ArrayBuffer(3)) });
    expect(store.notices.value.map(({ text }) => text)).toEqual([
      "frame too short: 3 bytes, the header alone has 48",
    ]);
  });

  test("that were synced before the page was loaded are drawn", () => {
    const store = createStore(new Kernel({ target: 5, _frame: mask(3, 5, 7, 9) }));
    expect(store.drawn.value).toMatchObject({ run: 3, iteration: 7 });
  });
});

describe("scrubbing", () => {
  test("draws the nearest mask at once and the exact one when it comes", () => {
    const { kernel, store } = finished();
    kernel.sent.length = 0;
    store.scrub(1);
    expect(store.drawn.value?.iteration).toBe(8);
    expect(kernel.asked("frame")).toContainEqual({ type: "frame", target: 5, iteration: 1 });
    kernel.answers({ type: "frame" }, mask(1, 5, 1));
    expect(store.drawn.value?.iteration).toBe(1);
  });

  test("has at most two requests on their way, and the newest wish goes next", () => {
    const { kernel, store } = finished();
    const before = kernel.asked("frame").length;
    for (const i of [0, 1, 2, 4]) store.scrub(i);
    const sent = kernel.asked("frame").slice(before - 1);
    expect(sent).toHaveLength(2);
    kernel.answers({ type: "frame" }, mask(1, 6, 8));
    kernel.answers({ type: "frame" }, mask(1, 5, 0));
    expect(kernel.asked("frame")).toContainEqual({ type: "frame", target: 5, iteration: 4 });
    expect(kernel.asked("frame")).not.toContainEqual({ type: "frame", target: 5, iteration: 2 });
  });

  test("tells the kernel once the hand rests, and stops following at once", () => {
    const { kernel, store } = finished();
    for (const i of [4, 2, 1]) store.scrub(i);
    expect(kernel.saved).toEqual([{ _follow: false }]);
    vi.advanceTimersByTime(149);
    expect(kernel.saved).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(kernel.saved).toEqual([{ _follow: false }, { iteration: 1 }]);
  });

  test.each(["says", "saysOneByOne"] as const)(
    "while running is not undone by live steps of a kernel that does not know yet (%s)",
    async (says) => {
      const { kernel, store } = finished();
      kernel.says({ status: "running" });
      store.scrub(2);
      kernel[says]({
        iteration: 9,
        _frame: mask(1, 5, 9, 7),
        _progress: { run: 1, iteration: 9, iterations: 20, seconds: 1, rate: 9 },
      });
      await Promise.resolve();
      expect(store.iteration.value).toBe(2);
      store.latest();
      expect(store.follow.value).toBe(true);
      expect(store.drawn.value?.iteration).toBe(9);
    },
  );

  test.each([
    [{ _follow: false, iteration: 2 }],
    [{ _follow: false }, { iteration: 2 }],
    [{ iteration: 2 }, { _follow: false }],
  ])("an iteration set in Python is drawn (%j, %j)", async (...messages) => {
    const { kernel, store } = finished();
    kernel.answers({ type: "frame" }, mask(1, 5, 2));
    for (const traits of messages) {
      kernel.saysOneByOne(traits);
      await Promise.resolve();
    }
    expect(store.drawn.value?.iteration).toBe(2);
    expect(kernel.saved).toEqual([]);
  });
});

describe("after a run", () => {
  test("each class's last mask and the drawn class's history are fetched, one at a time", () => {
    const { kernel } = finished();
    const order: string[] = [];
    for (let asked = kernel.asked("frame").at(-1); asked && asked.type === "frame"; ) {
      order.push(`${asked.target}/${asked.iteration}`);
      const count = kernel.asked("frame").length;
      kernel.answers({ type: "frame" }, mask(1, asked.target, asked.iteration));
      const more: Command[] = kernel.asked("frame").slice(count);
      expect(more.length).toBeLessThanOrEqual(1);
      asked = more[0];
    }
    expect(order).toEqual(["6/8", "5/0", "5/2", "5/1", "5/4"]);
  });

  test("choosing a class is instant once its mask was fetched", () => {
    const { kernel, store } = finished();
    kernel.answers({ type: "frame" }, mask(1, 6, 8));
    store.choose(6);
    expect(store.drawn.value).toMatchObject({ target: 6, iteration: 8 });
    expect(kernel.saved).toEqual([{ target: 6 }]);
  });

  test("a mask that the kernel keeps no longer is not asked for again and again", () => {
    const { kernel, store } = finished([0, 8]);
    kernel.answers({ type: "frame" }, mask(1, 6, 8));
    kernel.answers({ type: "frame" }, mask(1, 5, 8));
    const count = kernel.asked("frame").length;
    store.scrub(0);
    store.scrub(8);
    store.scrub(0);
    expect(kernel.asked("frame")).toHaveLength(count);
  });
});

describe("commands", () => {
  test("a changed setting and the run it starts are one message, so that neither overtakes", () => {
    const { kernel, store } = finished();
    store.run({ game: "deletion" });
    expect(kernel.saved).toEqual([
      { game: "deletion", _follow: true, _command: { id: expect.any(Number), type: "run" } },
    ]);
  });

  test("no two have the same id", () => {
    const { kernel, store } = finished();
    store.run();
    store.run();
    const ids = kernel.saved.map(({ _command }) => (_command as { id: number }).id);
    expect(new Set(ids).size).toBe(2);
  });

  /** A host that drops custom messages, as marimo does: the hello that it carried has an id. */
  function byTrait(status = "done", meanwhile = (_: ReturnType<typeof createStore>) => {}) {
    const kernel = new Kernel({ target: 5, status });
    const store = createStore(kernel);
    store.connect();
    meanwhile(store);
    vi.advanceTimersByTime(2000);
    const hello = kernel.saved.at(-1)?._command as { id: number };
    expect(hello).toMatchObject({ type: "hello", protocol: 1 });
    return { kernel, store, welcome: () => kernel.answers({ ...WELCOME, id: hello.id }) };
  }
  const commands = (kernel: Kernel) =>
    kernel.saved.flatMap(({ _command }) => (_command as { type: string } | undefined)?.type ?? []);

  test("go by trait where nobody answers to messages", () => {
    const { kernel, store, welcome } = byTrait();
    welcome();
    kernel.sent.length = 0;
    store.stop();
    vi.advanceTimersByTime(100);
    expect(kernel.saved.at(-1)).toMatchObject({ _command: { type: "stop" } });
    expect(kernel.sent).toEqual([]);
  });

  test("stay there when a silent run makes the page ask again", () => {
    const { kernel, store, welcome } = byTrait("running");
    welcome();
    vi.advanceTimersByTime(10_000);
    expect(commands(kernel)).toEqual(["hello", "hello"]);
    welcome(); // of either hello: no message has arrived yet
    store.stop();
    vi.advanceTimersByTime(100);
    expect(commands(kernel)).toEqual(["hello", "hello", "stop"]);
    expect(kernel.asked("stop")).toEqual([]);
  });

  test("that were given before a way was found are not lost, nor given twice", () => {
    const { kernel, welcome } = byTrait("running", (store) => store.stop());
    welcome();
    vi.advanceTimersByTime(200);
    expect(commands(kernel)).toEqual(["hello", "stop"]);
    expect(kernel.asked("stop")).toEqual([]);
  });

  test("that nobody answers make it ask, again and again", () => {
    const { kernel, store } = finished();
    store.stop();
    vi.advanceTimersByTime(4000 + 4000);
    expect(kernel.asked("hello")).toHaveLength(2);
    expect(store.link.value).toBe("silent");
    store.stop();
    vi.advanceTimersByTime(4000);
    expect(kernel.asked("hello")).toHaveLength(3);
    store.close();
  });

  test("go by message again once the messages prove to have been only late", () => {
    const { kernel, store, welcome } = byTrait();
    kernel.answers(WELCOME);
    welcome();
    store.stop();
    expect(kernel.asked("stop")).toHaveLength(1);
  });

  test("with no kernel at all the store says so and keeps what it has", () => {
    const kernel = new Kernel({ target: 5, _frame: mask(1, 5, 8) });
    const store = createStore(kernel);
    store.connect();
    vi.advanceTimersByTime(4000);
    expect(store.link.value).toBe("silent");
    expect(store.drawn.value?.iteration).toBe(8);
  });

  test("a refusal is told once, be it in a message, in the error, or in both", () => {
    const { kernel, store } = finished();
    store.add(999);
    kernel.answers({ type: "failed", request: { type: "add", target: 999 }, message: "no such" });
    expect(store.adding.value).toBeNull();
    expect(store.notices.value).toHaveLength(1);
    kernel.says({ error: "no such" });
    expect(store.notices.value).toHaveLength(0);
  });
});

test("a closed store listens to nothing and has no timer left", () => {
  const { kernel, store } = finished();
  store.scrub(1);
  store.close();
  expect(kernel.listeners).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

describe("side by side", () => {
  const variant = (run: number, frames: number[]) => ({
    ...{ run, game: "deletion", defense: "paper", iteration: 8 },
    trace: { 5: { scores: [], means: [], frames } },
  });

  test("masks of other classes are fetched at the iteration looked at", () => {
    const { kernel, store } = finished();
    store.watch("view", [
      { run: 0, target: 5 },
      { run: 0, target: 6 },
    ]);
    expect(kernel.asked("frame")).toContainEqual({ type: "frame", target: 6, iteration: 8 });
    kernel.answers({ type: "frame" }, mask(1, 6, 8));
    expect(store.maskOf({ run: 0, target: 6 })).toMatchObject({ target: 6, iteration: 8 });
  });

  test("masks of another run are asked for by its number and kept apart", () => {
    const { kernel, store } = finished();
    kernel.says({ _variants: [variant(7, [0, 8])] });
    store.watch("view", [{ run: 7, target: 5 }]);
    const wanted = { type: "frame", target: 5, iteration: 8, run: 7 };
    expect(kernel.asked("frame")).toContainEqual(wanted);
    kernel.answers({ type: "frame" }, mask(7, 5, 8));
    expect(store.maskOf({ run: 7, target: 5 })).toMatchObject({ run: 7 });
    // The main run is still the one drawn, and its own masks are still there.
    expect(store.drawn.value).toMatchObject({ run: 1, target: 5, iteration: 8 });
    expect(store.maskOf({ run: 0, target: 5 })).toMatchObject({ run: 1 });
  });

  test("a new run makes those of the old one stale", () => {
    const { kernel, store } = finished();
    kernel.says({ _variants: [variant(7, [0, 8])] });
    store.watch("view", [{ run: 7, target: 5 }]);
    kernel.answers({ type: "frame" }, mask(7, 5, 8));
    kernel.says({ _variants: [], _frame: mask(8, 5, 0, 2) });
    expect(store.maskOf({ run: 7, target: 5 })).toBeNull();
    expect(store.drawn.value).toMatchObject({ run: 8 });
  });
});

test("the last mask of every class is there without a kernel", async () => {
  vi.useRealTimers();
  const bytes = new Uint8Array(mask(1, 6, 8).buffer as ArrayBuffer, 13, 48 + data.length);
  const deflated = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  const packed = btoa(
    String.fromCharCode(...new Uint8Array(await new Response(deflated).arrayBuffer())),
  );
  const kernel = new Kernel({ _frame: mask(1, 5, 8), _kept: { 6: packed }, target: 5 });
  const store = createStore(kernel);
  await vi.waitFor(() => expect(store.maskOf({ run: 0, target: 6 })).not.toBeNull());
  store.choose(6);
  expect(store.drawn.value).toMatchObject({ target: 6, iteration: 8, data });
  expect(kernel.asked("frame")).toEqual([]);
});

describe("an edited mask", () => {
  test("travels as a trait, and comes from Python too", () => {
    const { kernel, store } = finished();
    store.probe.set(store.drawn.value as never);
    expect(kernel.saved.at(-1)).toHaveProperty("_probe");
    const own = store.probe.mask.value;
    expect(own?.data).toEqual(data);
    kernel.says({ _probe: mask(0, 6, 1, 99) });
    expect(store.probe.mask.value).toMatchObject({ target: 6, seq: 99 });
    kernel.says({ _probe: new DataView(new ArrayBuffer(0)) });
    expect(store.probe.mask.value).toBeNull();
  });

  test("makes way for the explanation when another class is chosen, and is kept", () => {
    const { store } = finished();
    store.probe.set(store.drawn.value as never);
    store.choose(6);
    expect(store.probe.mask.value).toBeNull();
    expect(store.probe.hidden.value).not.toBeNull();
  });
});

describe("an iteration that is linked", () => {
  function running() {
    const made = finished();
    made.kernel.says({
      _progress: { run: 2, iteration: 4, iterations: 8, seconds: 1, rate: 8 },
      _frame: mask(2, 5, 4),
      _trace: { 5: { scores: [], means: [], frames: [0, 1, 2, 4] } },
      iteration: 4,
      status: "running",
      _live: true,
    });
    vi.runAllTimers();
    made.kernel.saved.length = 0;
    return made;
  }
  afterEach(() => {
    Reflect.deleteProperty(globalThis, "event");
  });

  test("is no wish while a run is followed: nothing of it is kept, shown or sent", async () => {
    const { kernel, store } = running();
    for (const value of [1, 3, 7]) kernel.links("iteration", value);
    await Promise.resolve();
    expect(kernel.get("iteration")).toBe(4);
    expect(store.follow.value).toBe(true);
    expect(store.iteration.value).toBe(4);
    expect(kernel.saved).toEqual([]);
  });

  test("is one where a person moves what is linked", async () => {
    const { kernel, store } = running();
    Object.defineProperty(globalThis, "event", {
      value: { type: "pointermove" },
      configurable: true,
    });
    kernel.links("iteration", 2);
    await Promise.resolve();
    expect(store.follow.value).toBe(false);
    expect(store.iteration.value).toBe(2);
    expect(kernel.saved).toContainEqual({ iteration: 2 });
    expect(kernel.saved).toContainEqual({ _follow: false });
  });

  test("is one where nothing runs", () => {
    const { kernel } = finished();
    kernel.links("iteration", 2);
    expect(kernel.saved).toEqual([{ iteration: 2 }]);
  });

  test("of the kernel's own is taken, however the host tells it", async () => {
    const { kernel, store } = running();
    kernel.saysOneByOne({ iteration: 5, _frame: mask(2, 5, 5) });
    await Promise.resolve();
    expect(kernel.get("iteration")).toBe(5);
    expect(store.drawn.value?.iteration).toBe(5);
  });

  test("hears of a person who leaves a run at once", () => {
    const { kernel, store } = running();
    store.scrub(1);
    expect(kernel.saved).toContainEqual({ _follow: false });
    expect(kernel.saved).toContainEqual({ iteration: 1 });
  });
});

test("a kernel that ends in the middle of a run leaves the mask, and no run", () => {
  const kernel = new Kernel({ target: 5, iteration: 8, _follow: true, status: "running" });
  const connection = { status: "idle", connectionStatus: "connected" };
  kernel.widget_manager = { kernel: connection };
  const store = createStore(kernel);
  store.connect();
  kernel.answers({ type: "welcome", protocol: 1, run: 1 });
  kernel.says({ _frame: mask(1, 5, 8, 1) });
  store.run();
  expect(store.starting.value).toBe(true);
  connection.status = "dead";
  vi.advanceTimersByTime(1000);
  expect(store.status.value).toBe("stopped");
  expect(store.starting.value).toBe(false);
  expect(store.drawn.value?.iteration).toBe(8);
  expect(store.offline.value).toMatch(/shut down/);
  store.close();
});

describe("a kernel that was shut down", () => {
  function ended() {
    const connection = { status: "idle", connectionStatus: "connected" };
    const kernel = new Kernel({ target: 5, iteration: 8, _follow: true, status: "running" });
    kernel.widget_manager = { kernel: connection };
    const store = createStore(kernel);
    store.connect();
    kernel.answers({ type: "welcome", protocol: 1, run: 1 });
    kernel.says({
      _classes: [5, 6, 7].map((index) => ({ index, name: `class ${index}`, score: 0.5 })),
      _frame: mask(1, 5, 8, 1),
    });
    kernel.answers({ type: "frame" }, mask(1, 7, 8));
    expect(store.missing(6)).toBe(""); // it would be sent
    connection.status = "dead";
    vi.advanceTimersByTime(1000);
    kernel.saved.length = 0;
    kernel.sent.length = 0;
    return { kernel, store };
  }

  test("leaves classes whose mask is not here, and says which", () => {
    const { store } = ended();
    expect(store.missing(6)).toBe("The mask of class 6 is not on this page");
    expect([5, 7].map(store.missing)).toEqual(["", ""]);
    store.choose(7);
    expect(store.drawn.value).toMatchObject({ target: 7 });
    store.close();
  });

  test("is sent nothing", () => {
    const { kernel, store } = ended();
    store.choose(7);
    store.scrub(0);
    store.askNames();
    vi.advanceTimersByTime(1000);
    expect([...kernel.saved, ...kernel.sent]).toEqual([]);
    store.close();
  });
});

test("until a new run's first mask comes, what is drawn is told as the old run's", () => {
  const { kernel, store } = finished();
  const progress = { iteration: 8, iterations: 8, seconds: 1, rate: 8 };
  kernel.says({ _progress: { run: 1, ...progress, game: "generation", defense: "auto" } });
  store.run({ game: "deletion" });
  kernel.says({ status: "running" });
  kernel.says({ _progress: { run: 2, ...progress, iteration: 0, game: "deletion" } });
  expect(store.starting.value).toBe(true);
  expect(store.ran.value.game).toBe("generation");
  kernel.says({ _frame: mask(2, 5, 0, 2) });
  expect(store.starting.value).toBe(false);
  expect(store.ran.value.game).toBe("deletion");
});
