import { signal } from "@preact/signals";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createMarking, type Marking } from "../../src/annotate/marking";
import type { PointerAt } from "../../src/picture/tools/tool";
import { stage } from "./stage";

let on: ReturnType<typeof stage>;
let marking: Marking;

beforeEach(() => {
  vi.stubGlobal("Element", class {});
  vi.stubGlobal("HTMLInputElement", class {});
  on = stage();
  marking = createMarking(on.ui, on.annotating, on.marks);
});
const press = (key: string, more = {}) =>
  marking.press({
    key,
    ctrlKey: false,
    composedPath: () => [],
    ...more,
  } as unknown as KeyboardEvent);
const undo = (more = {}) => press("z", { ctrlKey: true, ...more });

function click(x: number, y: number): void {
  const at: PointerAt = on.at(x, y);
  marking.tools.polygon?.down?.(at);
  marking.tools.polygon?.up?.(at);
}

describe("while a polygon is drawn", () => {
  beforeEach(() => {
    for (const [x, y] of [[5, 5], [25, 5], [25, 25]] as const) click(x, y); // biome-ignore format: places
  });
  const corners = () => on.annotating.line.value.length;

  test("undo takes a corner back, redo brings it again, and neither reaches what is made already", () => {
    expect([undo(), undo(), corners()]).toEqual([true, true, 1]);
    expect([undo({ shiftKey: true }), corners()]).toEqual([true, 2]);
    expect([press("y", { ctrlKey: true }), corners()]).toEqual([true, 3]);
    expect([undo({ shiftKey: true }), corners()]).toEqual([true, 3]);
    click(5, 5);
    expect(on.regions()).toHaveLength(1);
    expect(undo()).toBe(false);
  });

  test("Escape gives it up wherever the focus is, and is the panel's own after that", () => {
    expect([press("Escape"), corners(), press("Escape")]).toEqual([true, 0, false]);
    expect(on.regions()).toEqual([]);
  });

  test("annotating turned off gives it up, too, and selects nothing", () => {
    on.annotating.selected.value = on.marks.add({ type: "point", x: 1, y: 1 }).id;
    on.annotating.on.value = true;
    on.annotating.on.value = false;
    expect([corners(), on.annotating.selected.value]).toEqual([0, null]);
  });
});

describe("where there is no picture yet", () => {
  const empty = { image: { width: 1, height: 1 }, mask: null };
  test.each([
    ["none", null],
    ["one of no size", empty],
  ])("no tool draws on %s, and each says why", (_, scene) => {
    on.ui.scene = signal(scene) as never;
    marking = createMarking(on.ui, on.annotating, on.marks);
    const event = { shiftKey: false, altKey: false } as KeyboardEvent;
    for (const tool of Object.values(marking.tools)) {
      if (!tool.button) continue;
      tool.begin?.();
      on.annotating.says.value = "";
      for (const [x, y] of [[0, 0], [1, 1]] as const) tool.down?.(on.at(x, y)); // biome-ignore format: one line
      tool.move?.(on.at(9, 9));
      tool.up?.(on.at(9, 9));
      tool.click?.(on.at(9, 9));
      for (const key of ["Enter", "Enter"]) tool.keys?.[key]?.({ ...on.at(0, 0), event });
      expect([tool.button.name, on.annotating.says.value]).toEqual([
        ...[tool.button.name, "There is no picture to mark yet: it comes with a run."],
      ]);
    }
    expect([on.regions(), on.annotating.draft.value]).toEqual([[], null]);
  });
});

test("keys change the brush where it is chosen, within its ends", () => {
  expect(press("]")).toBe(false);
  (on.ui.chosen as { value: string | null }).value = "paint";
  on.annotating.radius.value = 2;
  press("]");
  expect(on.annotating.radius.value).toBe(2.5);
  for (let k = 0; k < 30; k++) press("[");
  expect(on.annotating.radius.value).toBe(0.5);
  for (let k = 0; k < 30; k++) press("]");
  expect(on.annotating.radius.value).toBe(15);
});

test("a handle that keys have moved is a step of its own before anything is undone", () => {
  const { id } = on.marks.add({ type: "box", x: 5, y: 5, width: 10, height: 10 });
  on.annotating.selected.value = id;
  on.annotating.change.value = { id, region: { type: "box", x: 6, y: 5, width: 9, height: 10 } };
  expect(undo()).toBe(false);
  expect([on.regions()[0], on.annotating.change.value]).toEqual([
    { type: "box", x: 6, y: 5, width: 9, height: 10 },
    null,
  ]);
});
