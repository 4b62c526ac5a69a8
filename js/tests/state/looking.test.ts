import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Command } from "../../src/kernel/contract";
import { createStore } from "../../src/state/store";
import { data, finished, Kernel, mask } from "./stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("frames", () => {
  test("are acknowledged at once, once, and only where that is asked", () => {
    const kernel = new Kernel({ target: 5 });
    createStore(kernel);
    kernel.says({ _frame: mask(1, 5, 0, 41) });
    kernel.says({ _frame: mask(1, 5, 1) });
    expect(kernel.asked("ack")).toEqual([{ type: "ack", seq: 41 }]);
    expect(kernel.sent).toHaveLength(1);
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
