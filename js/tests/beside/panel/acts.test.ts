import { signal } from "@preact/signals";
import { h } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Differences } from "../../../src/beside/panel/menu";
import { Methods } from "../../../src/beside/panel/methods";
import { Over } from "../../../src/beside/panel/over";
import { Title } from "../../../src/beside/panel/title";
import type { View } from "../../../src/beside/panel/view";
import { createBeside } from "../../../src/beside/state/beside";
import { createBesideView } from "../../../src/beside/view";
import type { BesidePane } from "../../../src/kernel/contract";
import type { Ui } from "../../../src/panel/ui";
import type { Pane } from "../../../src/picture/panes";
import { finished } from "../../state/stub_kernel";
import { type Element, elementsOf, press, textOf } from "./elements";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const told = { seq: 7, scale: 1, clipped: 0, unit: "", seconds: 1, note: "" };
const pane = (id: number, of: Partial<BesidePane>): BesidePane => ({
  ...{ id, kind: "method", name: "rise", label: "RISE", about: "", signed: false, channels: 1 },
  ...{ state: "done", progress: 1, error: "", targets: { 5: told } },
  ...of,
});
const RISE = { name: "rise", label: "RISE", quick: false, about: "", missing: "", unfit: "" };

function opened(...panes: BesidePane[]) {
  const { kernel, store } = finished();
  const ui = {
    ...{ id: "xw-1", store, ended: new AbortController().signal, layout: signal("single") },
    ...{ panes: signal([{ key: "main" }]), selected: signal("main"), refocus: vi.fn() },
    ...{ scene: signal(null), size: signal({ title: 20 }), dark: signal(false) },
  } as unknown as Ui;
  kernel.says({ _beside: panes, _methods: [RISE] });
  const view = {
    ...createBesideView(ui, createBeside(store)),
    lines: signal(new Map()),
  } as unknown as View;
  const title = (key: string) => {
    const head = { name: "", warns: undefined, figures: ["", ""] };
    const of = { key, title: "", says: "", view: "evidence", scene: {}, head };
    return h(Title, { view, pane: of as unknown as Pane });
  };
  const over = () => view.shown.value.map((of) => h(Over, { view, of }));
  return { kernel, view, title, over, ui };
}

test("what was stopped or failed is tried again as it was made, a model too", () => {
  const { kernel, over } = opened(
    pane(3, { label: "RISE, masks 200", state: "failed", error: "No memory.", targets: {} }),
    pane(4, { kind: "model", name: "", label: "AlexNet", state: "stopped", targets: {} }),
    pane(5, { kind: "array", name: "", label: "Mine" }),
  );
  expect(textOf(over()[0])).toContain("No memory.");
  press(over(), "Retry RISE, masks 200");
  press(over(), "Retry AlexNet");
  expect(kernel.asked("beside_retry")).toEqual(
    [3, 4].map((id) => ({ type: "beside_retry", pane: id })),
  );
  expect(kernel.asked("beside_add")).toEqual([]);
});

test("a pane is taken away at its title, a difference to a class or to a model like the kernel’s", () => {
  const { kernel, view, title, ui } = opened(pane(4, { kind: "model", label: "AlexNet" }));
  view.differences.value = [6];
  view.against.value = [4];
  const keys = () => view.shown.value.map(({ key }) => key);
  expect(keys()).toEqual(["beside-4", "only-4", "difference-6"]);
  press(title("only-4"), "Remove Difference to AlexNet");
  expect(keys()).toEqual(["beside-4", "difference-6"]);
  press(title("difference-6"), "Remove class 5 − class 6");
  expect(keys()).toEqual(["beside-4"]);
  press(title("beside-4"), "Remove AlexNet");
  expect(kernel.asked("beside_remove")).toEqual([{ type: "beside_remove", pane: 4 }]);
  expect(ui.refocus).toHaveBeenCalledTimes(3);
});

test("one class rather than another is asked for in the menu, of two classes alone", () => {
  const { kernel, view } = opened();
  const [first, second] = [5, 6].map((index) => ({ index, name: `class ${index}`, score: 0.5 }));
  kernel.says({ _classes: [first, second, { index: 7, name: "mine", score: 0.1, scored: true }] });
  const items = () => elementsOf(h(Differences, { view })).filter(({ type }) => type === "button");
  expect(items().length).toBe(3);
  const contrast = items()[1] as Element;
  expect(textOf(contrast)).toMatch(/^class 5 rather than class 6/);
  (contrast.props.onClick as () => void)();
  expect(kernel.asked("contrast")).toEqual([{ type: "contrast", target: 5, other: 6 }]);
});

test("the menu’s entry of a method is of its usual options, whatever else of it stands there", () => {
  const { kernel, view } = opened(pane(3, { label: "RISE, masks 200" }));
  const entry = () => elementsOf(h(Methods, { view })).find(({ type }) => type === "button");
  expect(entry()?.props["aria-checked"]).toBe(false);
  kernel.says({ _beside: [pane(3, { label: "RISE, masks 200" }), pane(4, {})] });
  expect(entry()?.props["aria-checked"]).toBe(true);
  press(h(Methods, { view }), "RISEslower");
  expect(kernel.asked("beside_remove")).toEqual([{ type: "beside_remove", pane: 4 }]);
});
