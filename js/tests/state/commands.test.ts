import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createStore } from "../../src/state/store";
import { finished, Kernel, mask, WELCOME } from "./stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("commands", () => {
  test("a changed setting and the run it starts are one message, so that neither overtakes", () => {
    const { kernel, store } = finished();
    store.set({ name: "game", at_once: true }, "deletion");
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
    expect(hello).toMatchObject({ type: "hello", protocol: 2 });
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
