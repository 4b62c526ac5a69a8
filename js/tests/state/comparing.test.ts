import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { finished, mask } from "./stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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
