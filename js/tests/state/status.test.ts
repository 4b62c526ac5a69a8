import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createStore } from "../../src/state/store";
import { Kernel, mask } from "./stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a kernel that ends in the middle of a run leaves the mask, and no run", () => {
  const kernel = new Kernel({ target: 5, iteration: 8, _follow: true, status: "running" });
  const connection = { status: "idle", connectionStatus: "connected" };
  kernel.widget_manager = { kernel: connection };
  const store = createStore(kernel);
  store.connect();
  kernel.answers({ type: "welcome", protocol: 2, run: 1 });
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
    kernel.answers({ type: "welcome", protocol: 2, run: 1 });
    kernel.says({
      _classes: [5, 6, 7].map((index) => ({ index, name: `class ${index}`, score: 0.5 })),
      _frame: mask(1, 5, 8, 1),
    });
    kernel.says({ _frame: mask(1, 7, 8) });
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
