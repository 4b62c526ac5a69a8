import { beforeEach, describe, expect, test } from "vitest";
import type { Region } from "../../src/annotate/region";
import { stage } from "./stage";

let on: ReturnType<typeof stage>;
const box = (x: number, y: number, width: number, height: number): Region => ({ type: "box", x, y, width, height }); // biome-ignore format: one line

beforeEach(() => {
  on = stage();
  on.annotating.on.value = true;
  on.marks.add(box(5, 5, 40, 30));
  on.marks.add(box(10, 10, 20, 15));
  on.marks.add({ type: "point", x: 35, y: 30 });
});
const selected = () => on.annotating.selected.value;

describe("a click", () => {
  test("selects the smallest that is there, again what lies below, and then from the start", () => {
    const seen = [0, 1, 2].map(() => {
      on.pointer.click(15, 15);
      return selected();
    });
    expect(seen).toEqual(["2", "1", "2"]);
    on.pointer.click(35.5, 30.5);
    expect(selected()).toBe("3");
    on.pointer.click(58, 38);
    expect(selected()).toBeNull();
  });

  test("of equal ones selects the one on top, and none that is hidden", () => {
    on.marks.add(box(10, 10, 20, 15));
    on.pointer.click(15, 15);
    expect(selected()).toBe("4");
    on.annotating.hidden.value = new Set(["2", "4"]);
    on.pointer.click(20, 15);
    expect(selected()).toBe("1");
    expect(on.annotating.allHidden.value).toBe(false);
  });

  test("with nothing of annotating on is another tool's", () => {
    on.annotating.on.value = false;
    on.pointer.click(15, 15);
    expect([selected(), on.select.keys]).toEqual([null, {}]);
    on.annotating.on.value = true;
    on.ui.use("brush"); // the panel's own
    expect(on.pointer.down(15, 15)).toBeUndefined();
  });

  test("by keys is Enter; Escape is for what is being drawn or reshaped alone", () => {
    on.go(15, 15);
    on.keys("Enter");
    expect(selected()).toBe("2");
    on.ui.use("box");
    expect([on.keys("Escape"), selected(), on.ui.chosen.value]).toEqual([false, "2", "box"]);
    on.keys("Enter", "ArrowRight");
    expect([on.keys("Escape"), on.annotating.draft.value]).toEqual([true, null]);
  });
});

describe("a handle", () => {
  beforeEach(() => {
    on.annotating.selected.value = "2";
  });

  test.each([1, 8])("is taken where it is seen and nothing jumps, at zoom %d", (zoom) => {
    on.scale.value = 4 * zoom;
    const off = 1 / zoom;
    on.pointer.down(30 + off, 17.5);
    on.pointer.move(33 + off, 99);
    expect(on.annotating.change.value?.region).toEqual(box(10, 10, 23, 15));
    on.pointer.up(33 + off, 99);
    expect(on.regions()[1]).toEqual(box(10, 10, 23, 15));
  });

  test("moved beyond the picture's edge moves no other edge", () => {
    on.pointer.drag([[30, 17.5], [500, 17.5]]); // biome-ignore format: places
    expect(on.regions()[1]).toEqual(box(10, 10, 50, 15));
  });

  test("that is let go of where it was changes nothing, and Escape gives up what it did", () => {
    const before = on.regions();
    on.pointer.drag([[30, 17.5], [30.2, 17.5]]); // biome-ignore format: places
    on.pointer.down(30, 17.5);
    on.pointer.move(40, 17.5);
    on.keys("Escape");
    on.pointer.up(40, 17.5);
    expect(on.regions()).toEqual(before);
    expect(on.regions()[1]).toBe(before[1]);
  });

  test("is larger for a finger, which does not move a region by its inside", () => {
    expect(on.pointer.down(33, 17.5)).toBeUndefined();
    on.pointer.cancel();
    const touch = { pointerType: "touch" };
    expect(on.pointer.down(33, 17.5, touch)).toBe(on.select);
    on.pointer.cancel();
    expect(on.pointer.down(14, 13.5, touch)).toBeUndefined();
    expect(on.pointer.down(20, 17.5, touch)).toBe(on.select);
  });

  test("is none while something is drawn, or where a brush or a click is meant", () => {
    on.ui.use("box");
    expect(on.handles.all.value).toHaveLength(9);
    on.ui.use("paint");
    expect(on.handles.all.value).toEqual([]);
    on.ui.use("polygon");
    on.pointer.click(50, 2);
    expect(on.handles.all.value).toEqual([]);
  });

  test("with Shift is none: what is drawn there is added", () => {
    on.ui.use("box");
    on.pointer.drag([[30, 17.5], [34, 20]], { shiftKey: true }); // biome-ignore format: places
    expect(on.pixels(on.regions()[1])).toHaveLength(300 + 4 * 3);
  });

  test("moves by keys, one after the other, and each stay is a step of its own", () => {
    on.handles.go(1);
    expect(on.handles.focused.value?.key).toBe("n");
    on.handles.nudge(3, -1);
    on.handles.nudge(0, -1);
    expect(on.regions()[1]).toEqual(box(10, 10, 20, 15));
    on.handles.keep();
    expect(on.regions()[1]).toEqual(box(10, 8, 20, 17));
    on.handles.go(-2);
    expect(on.handles.focused.value?.key).toBe("move");
    on.handles.nudge(10, 0);
    on.handles.keep();
    expect(on.regions()[1]).toEqual(box(20, 8, 20, 17));
  });
});

describe("a selected region", () => {
  test("is moved by its inside, as far as the picture reaches", () => {
    on.annotating.selected.value = "2";
    on.pointer.drag([[14, 13.5], [20, 20], [99, 15.5]]); // biome-ignore format: places
    expect(on.regions()[1]).toEqual(box(40, 12, 20, 15));
  });

  test("that is gone is not selected any more", () => {
    on.annotating.selected.value = "2";
    on.marks.all.value = on.marks.all.value.slice(0, 1);
    expect(selected()).toBeNull();
  });
});
