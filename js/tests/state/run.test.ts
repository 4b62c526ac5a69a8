import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { finished, mask } from "./stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("until a new run's first mask comes, what is drawn is told as the old run's", () => {
  const { kernel, store } = finished();
  const progress = { iteration: 8, iterations: 8, seconds: 1, rate: 8 };
  kernel.says({
    _progress: { run: 1, ...progress, settings: { game: "generation", defense: "auto" } },
  });
  store.set({ name: "game", at_once: true }, "deletion");
  kernel.says({ status: "running" });
  kernel.says({ _progress: { run: 2, ...progress, iteration: 0, settings: { game: "deletion" } } });
  expect(store.starting.value).toBe(true);
  expect(store.ran.value.game).toBe("generation");
  kernel.says({ _frame: mask(2, 5, 0, 2) });
  expect(store.starting.value).toBe(false);
  expect(store.ran.value.game).toBe("deletion");
});
