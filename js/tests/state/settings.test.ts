import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { initial } from "../../harness/initial";
import { createStore } from "../../src/state/store";
import { Kernel } from "./stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const form = initial()._settings;
const set = { game: "generation", defense: "auto", iterations: 70, sparsity: "auto" };

function opened(traits: Record<string, unknown> = {}) {
  const kernel = new Kernel({ _settings: form, ...set, ...traits });
  const store = createStore(kernel);
  store.connect();
  kernel.answers({ type: "welcome", protocol: 1, run: 1 });
  return { kernel, store };
}

test("what is set for the next run follows the kernel, setting by setting", () => {
  const { kernel, store } = opened();
  expect(store.next.value).toEqual(set);
  kernel.says({ defense: "paper" });
  kernel.says({ sparsity: 1e-4 });
  expect(store.next.value).toEqual({ ...set, defense: "paper", sparsity: 1e-4 });
});

test("each setting that differs from the newest run's is marked, whatever it is called", () => {
  const progress = { run: 1, iteration: 8, iterations: 8, seconds: 1, rate: 8 };
  const odd = { kind: "flag", name: "odd", said: ["even", "odd"], at_once: true };
  const { kernel, store } = opened({
    ...{ _settings: { fields: [...form.fields, odd], note: "" }, odd: false },
    _progress: { ...progress, settings: { ...set, odd: false } },
  });
  expect(store.changed.value).toBe(false);
  const others = { game: "deletion", defense: "none", iterations: 9, sparsity: 1e-3, odd: true };
  for (const [name, value] of Object.entries(others)) {
    const before = kernel.get(name);
    kernel.says({ [name]: value });
    expect(store.changed.value, name).toBe(true);
    kernel.says({ [name]: before });
    expect(store.changed.value, name).toBe(false);
  }
  kernel.says({ _progress: progress }); // a run that does not say what it was made with
  kernel.says({ game: "deletion" });
  expect(store.changed.value).toBe(false);
});

test("a setting says itself whether a run begins with it", () => {
  const { kernel, store } = opened();
  kernel.saved.length = 0;
  store.set({ name: "iterations", at_once: false }, 9);
  expect(kernel.saved).toEqual([{ iterations: 9 }]);
  expect(kernel.asked("run")).toEqual([]);
  store.set({ name: "sparsity", at_once: true }, 1e-3);
  expect(kernel.saved.at(-1)).toMatchObject({ sparsity: 1e-3, _command: { type: "run" } });
});
