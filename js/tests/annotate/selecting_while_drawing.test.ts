/** What is selected while something is drawn, and what becomes of a shape that is not settled. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createMarking } from "../../src/annotate/marking";
import { stage } from "./stage";

const box = { type: "box", x: 5, y: 5, width: 10, height: 10 } as const;
const wider = { ...box, width: 20 };

let on: ReturnType<typeof stage>;
let id: string;

beforeEach(() => {
  on = stage();
  id = on.marks.add(box).id;
  on.annotating.on.value = true;
  on.annotating.selected.value = id;
});
const click = (x: number, y: number, more?: object) => on.pointer.click(x, y, more);
const selected = () => on.annotating.selected.value;

describe("while a new finding is drawn", () => {
  test("none is selected, so that a verdict is not that of the one before", () => {
    on.ui.use("polygon");
    click(30, 10);
    click(50, 10);
    expect(selected()).toBeNull();
    on.keys("Escape");
    expect(selected()).toBe(id);
  });
  test("the same holds for a box, a line and a stroke beside it", () => {
    for (const tool of ["box", "lasso", "paint"]) {
      on.ui.use(tool);
      on.pointer.down(40, 30);
      on.pointer.move(45, 35);
      expect([tool, selected()]).toEqual([tool, null]);
      on.pointer.cancel();
      expect([tool, selected()]).toEqual([tool, id]);
    }
  });
  test("what is added to the selected one, or goes on with it, leaves it selected", () => {
    on.ui.use("box");
    on.pointer.down(10, 10, { shiftKey: true });
    expect(selected()).toBe(id);
    on.pointer.cancel();
    on.ui.use("paint");
    on.pointer.down(10, 10);
    expect(selected()).toBe(id);
  });
  test("Shift at its end still adds it to the one that was selected", () => {
    on.ui.use("box");
    on.pointer.down(10, 10);
    on.pointer.move(30, 15);
    on.pointer.up(30, 15, { shiftKey: true });
    expect([on.regions().length, selected(), on.pixels().includes("25,12")]).toEqual([1, id, true]);
  });
});

describe("a shape that keys have moved", () => {
  beforeEach(() => {
    vi.stubGlobal("Element", class {});
    createMarking(on.ui, on.annotating, on.marks);
    on.annotating.change.value = { id, region: wider };
  });
  const kept = () => [on.regions()[0], on.annotating.change.value];

  test("is kept when another finding is selected", () => {
    on.annotating.selected.value = on.marks.add({ type: "point", x: 1, y: 1 }).id;
    expect(kept()).toEqual([wider, null]);
  });
  test("is kept when annotating is turned off", () => {
    on.annotating.on.value = false;
    expect(kept()).toEqual([wider, null]);
  });
  test("is kept when something new is drawn", () => {
    on.ui.use("box");
    on.pointer.down(40, 30);
    expect(kept()).toEqual([wider, null]);
  });
});

test("a region that is proposed stays on the picture while another is drawn", () => {
  on.annotating.proposed.value = wider;
  on.ui.use("box");
  on.pointer.drag([[40, 30], [50, 35]]); // biome-ignore format: places
  expect([on.annotating.draft.value, on.annotating.proposed.value]).toEqual([null, wider]);
});

test("what is drawn stays the same until it looks otherwise", () => {
  const before = on.annotating.shown.value;
  const again = () => structuredClone(on.marks.all.value);
  on.marks.all.value = again();
  expect(on.annotating.shown.value).toBe(before);
  on.marks.all.value = again().map((each) => ({ ...each, verdict: "core" }));
  expect(on.annotating.shown.value.map(({ verdict }) => verdict)).toEqual(["core"]);
});

test("a handle is met within 24 px by a mouse", () => {
  on.scale.value = 10;
  const event = { pointerType: "mouse" };
  expect(on.handles.at([5 - 1.1, 5], event)?.name).toBeDefined();
  expect(on.handles.at([5 - 1.3, 5], event)).toBeNull();
});
