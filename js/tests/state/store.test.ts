import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { finished } from "./stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a closed store listens to nothing and has no timer left", () => {
  const { kernel, store } = finished();
  store.scrub(1);
  store.close();
  expect(kernel.listeners).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
