import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { finished, mask } from "./stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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

describe("what a slow kernel says of the newest iteration", () => {
  function left() {
    const made = finished();
    made.store.scrub(0);
    vi.runAllTimers();
    made.store.scrub(8); // the kernel is about to go there
    made.store.scrub(4);
    made.kernel.saved.length = 0;
    return made;
  }

  test("when the page has left it is overtaken, and the kernel hears where the page is", async () => {
    const { kernel, store } = left();
    kernel.says({ iteration: 8, _frame: mask(1, 5, 8, 2) });
    await Promise.resolve();
    expect(store.iteration.value).toBe(4);
    vi.advanceTimersByTime(200);
    expect(kernel.saved).toContainEqual({ iteration: 4 });
  });

  test("does not move a page that has said where it is", async () => {
    const { kernel, store } = left();
    vi.runAllTimers();
    kernel.says({ iteration: 8, _frame: mask(1, 5, 8, 2) });
    await Promise.resolve();
    expect(store.iteration.value).toBe(4);
    expect(store.follow.value).toBe(false);
  });

  test("is shown where Python asked for it", async () => {
    const { kernel, store } = left();
    vi.runAllTimers();
    kernel.says({ _follow: true, iteration: 8 });
    await Promise.resolve();
    expect(store.follow.value).toBe(true);
    expect(store.drawn.value?.iteration).toBe(8);
  });
});
