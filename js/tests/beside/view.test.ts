import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBeside } from "../../src/beside/state/beside";
import { createBesideView } from "../../src/beside/view";
import type { BesidePane, Message } from "../../src/kernel/contract";
import type { Ui } from "../../src/panel/ui";
import { finished, mask } from "../state/stub_kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const told = { seq: 7, scale: 0.5, clipped: 0, unit: "", seconds: 1, note: "" };
const PANE: BesidePane = {
  ...{ id: 3, kind: "method", name: "ig", label: "Integrated\u202eGradients", about: "" },
  ...{ signed: true, channels: 1, state: "done", progress: 1, error: "" },
  targets: { 5: told },
};
const REPLY = {
  ...{ type: "values", pane: 3, target: 5, seq: 7, scale: 0.5, signed: true },
  ...{ channels: 1, height: 1, width: 1 },
} as const satisfies Message;
const bytes = (...values: number[]) => new DataView(Int16Array.from(values).buffer);

function opened(traits = {}) {
  const { kernel, store } = finished();
  const end = new AbortController();
  const frame = { height: 1, width: 1 };
  const panes = signal<{ key: string }[]>([{ key: "main" }]);
  const selected = signal("main");
  const ui = {
    ...{ id: "xw-1", store, ended: end.signal, layout: signal("single"), panes, selected },
    scene: signal({ image: frame }),
  } as unknown as Ui;
  kernel.says({ _beside: [PANE], ...traits });
  const view = createBesideView(ui, createBeside(store));
  const asked = () => kernel.asked("values").map((each) => each as { pane: number });
  const settle = () => vi.advanceTimersByTimeAsync(600);
  return { kernel, store, view, asked, settle, panes, selected, end };
}

test("values are asked for once the kernel has them, and again where there are others", async () => {
  const { kernel, view, asked, settle } = opened();
  expect(asked()).toEqual([{ type: "values", pane: 3, target: 5 }]);
  expect(view.shown.value[0]?.values).toBeNull();
  kernel.answers(REPLY, bytes(16384, 0));
  await settle();
  expect(view.shown.value[0]?.values?.data[0]).toBe(16384);
  kernel.says({ _beside: [{ ...PANE, progress: 0.5 }] });
  expect(asked().length).toBe(1);
  kernel.says({ _beside: [{ ...PANE, targets: { 5: { ...told, seq: 8 } } }] });
  expect(asked().length).toBe(2);
});

test("our own order is asked for by area alone, and anew as the run goes on", async () => {
  const { kernel, view, asked, settle } = opened();
  view.share.value = 0.2;
  const own = () => asked().filter(({ pane }) => pane === 0).length;
  expect(own()).toBe(1);
  kernel.answers({ ...REPLY, pane: 0, channels: 0 }, bytes(0));
  await settle();
  expect(view.own.value?.places.length).toBe(1);
  const track = { scores: [], means: [], frames: [0, 8, 9] };
  kernel.says({ _trace: { 5: track, 6: track } });
  expect(own()).toBe(2);
});

test("values of another size are drawn nowhere, and said to be", async () => {
  const { kernel, view, settle } = opened();
  kernel.answers({ ...REPLY, width: 2 }, bytes(1, 2, 3, 4));
  await settle();
  const [shown] = view.shown.value;
  expect(shown?.values).toBeNull();
  expect(shown?.error).toBe("its values have 1×2 pixels, the picture 1×1");
});

test("a class that the kernel has computed nothing of yet is asked nothing of", () => {
  const { store, view, asked } = opened();
  store.choose(6);
  expect(asked().length).toBe(1);
  expect(view.shown.value[0]).toMatchObject({ target: 6, values: null, error: "" });
});

test("a label is a text without marks that turn around what stands beside it", () => {
  expect(opened().view.shown.value[0]?.label).toBe("Integrated\ufffdGradients");
});

test("two classes of a run make a difference as soon as both masks are here, and no class of itself", async () => {
  const { kernel, store, view } = opened();
  view.differences.value = [6, 5];
  const difference = () => view.shown.value.find(({ kind }) => kind === "difference");
  expect(difference()).toMatchObject({ key: "difference-6", values: null, state: "waiting" });
  expect(view.shown.value.length).toBe(2);
  kernel.answers({ type: "frame" }, mask(1, 6, 8));
  await vi.advanceTimersByTimeAsync(10);
  expect([...(difference()?.values?.data ?? [])]).toEqual([0, 0, 0]);
  expect(difference()?.label).toBe("class 5 − class 6");
  expect(difference()?.note).toMatch(
    /^class 5 alone shows 0.0% of the picture, class 6 alone 0.0%, /,
  );
  store.close();
});

test("with a picture that is gone the main one is tested", () => {
  const { view, panes, selected } = opened();
  panes.value = [{ key: "main" }, { key: "beside-3" }];
  view.select("beside-3");
  expect(selected.value).toBe("beside-3");
  panes.value = [{ key: "main" }];
  expect(selected.value).toBe("main");
});

test("a view that is gone asks for nothing more", () => {
  const { kernel, asked, end } = opened();
  end.abort();
  kernel.says({ _beside: [{ ...PANE, targets: { 5: { ...told, seq: 9 } } }] });
  expect(asked().length).toBe(1);
});

test("a view begins with what another chose to show, and tells what is chosen in it", () => {
  const choice = { share: 0.2, differences: [6], models: [] };
  const { kernel, view } = opened({ _beside_choice: choice });
  expect([view.share.value, view.differences.value]).toEqual([0.2, [6]]);
  expect(kernel.saved).toEqual([]);
  view.share.value = null;
  expect(kernel.saved.at(-1)).toEqual({ _beside_choice: { ...choice, share: null } });
});

test("what is opened without our own order begins by value; what was chosen stays on record", async () => {
  const choice = { share: 0.2, differences: [], models: [] };
  const page = opened({ _beside_choice: choice, _portable: true });
  expect(page.view.share.value).toBe(0.2);
  const sent = page.kernel.sent.find((each) => each.type === "values" && each.pane === 0);
  const request = { type: "values", pane: 0, target: 5 } as const;
  page.kernel.answers({ type: "failed", request, message: "Left out.", id: sent?.id ?? 0 });
  await page.settle();
  expect([page.view.share.value, page.kernel.saved]).toEqual([null, []]);
  page.view.share.value = 0.2; // Asked for all the same: the others have an order.
  expect([page.view.share.value, page.kernel.saved.length]).toEqual([0.2, 1]);

  const saved = opened({ _beside_choice: choice });
  saved.store.connect();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([saved.store.offline.value !== "", saved.view.share.value]).toEqual([true, null]);
});
