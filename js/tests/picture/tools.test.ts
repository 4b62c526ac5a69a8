import { type Signal, signal } from "@preact/signals";
import { beforeEach, describe, expect, test } from "vitest";
import { type Camera, WHOLE } from "../../src/picture/camera";
import type { Cursor, Surface } from "../../src/picture/surface";
import { createTools, type Tools } from "../../src/picture/tools/table";
import type { At, Keys, PointerAt, Tool } from "../../src/picture/tools/tool";
import { frameOf } from "../frames";

let heard: unknown[][];
let editable: boolean;
let camera: Signal<Camera>;
let cursor: Signal<Cursor | null>;
let tools: Tools;

const hear =
  (act: string) =>
  (...given: unknown[]) =>
    void heard.push([act, ...given]);

/** A place on a picture of 2 CSS px a pixel. */
function at(x: number, y: number, more: object = {}): PointerAt {
  const pixel = { x: Math.floor(x), y: Math.floor(y) };
  return {
    ...{ x, y, pixel, pane: "main", inPane: { x: 2 * x, y: 2 * y }, by: { x: 0, y: 0 } },
    ...{ button: 0, pressing: 1, others: [], focused: true },
    ...{ event: { shiftKey: false, ctrlKey: false, metaKey: false } as MouseEvent },
    ...more,
  };
}

beforeEach(() => {
  heard = [];
  editable = true;
  camera = signal(WHOLE);
  cursor = signal(null);
  const mask = frameOf([[9, 9]], { target: 5 });
  const testing = {
    edited: signal(null),
    test: hear("test"),
    draw: (brush: unknown, _: unknown, from: unknown, to: unknown) =>
      heard.push(["draw", brush, from, to]),
    lift: hear("lift"),
    cancel: hear("cancel"),
  };
  tools = createTools({
    ...{ camera, cursor, store: { testing }, isEditable: () => editable, explained: () => mask },
    scene: signal({ image: { width: 224, height: 100 } }),
    inPane: ({ x, y }: { x: number; y: number }) => ({ x: 2 * x, y: 2 * y }),
    zoom: hear("zoom"),
    pan: hear("pan"),
    pin: hear("pin"),
    point: hear("point"),
  } as unknown as Surface);
});

const key = (tool: Tool, name: string, where: At = at(3.5, 4.5)) =>
  (tool.keys as Keys)[name]?.(where);

describe("the brush", () => {
  test("begins an edited mask with its first stroke, from pixel middle to pixel middle", () => {
    tools.brush.begin?.();
    const { value: brush } = tools.brush.settings;
    expect(tools.brush.down?.(at(3.5, 4.5))).toBe(true);
    tools.brush.move?.(at(6, 7.25));
    tools.brush.up?.(at(6, 7.25));
    expect(heard).toEqual([
      ["test", expect.objectContaining({ target: 5 })],
      ["draw", brush, { x: 3, y: 4 }, { x: 3, y: 4 }],
      ["test", expect.anything()],
      ["draw", brush, { x: 3, y: 4 }, { x: 5.5, y: 6.75 }],
      ["lift", expect.anything()],
    ]);
  });

  test("is as large as the image asks for whenever it is chosen, and the cursor shows it", () => {
    tools.brush.settings.value = { mode: "reveal", radius: 50, channels: [true, false, true] };
    tools.brush.begin?.();
    expect(tools.brush.settings.value).toEqual({
      ...{ mode: "erase", radius: 3, channels: [true, true, true] },
    });
    expect(tools.brush.reach?.value).toBe(3);
  });

  test("leaves another class's or run's mask, and other buttons, to other tools", () => {
    expect(tools.brush.down?.(at(3, 4, { button: 1 }))).toBe(false);
    editable = false;
    expect(tools.brush.down?.(at(3, 4))).toBe(false);
    expect(tools.brush.double?.(at(3, 4))).toBe(false);
    expect(key(tools.brush, " ")).toBe(false);
    expect(heard).toEqual([]);
  });
});

describe("a pin", () => {
  test("is set and taken away by a click, by Enter and by Space", () => {
    tools.pin.click?.(at(3.9, 4.1));
    key(tools.pin, "Enter");
    key(tools.pin, " ");
    expect(heard).toEqual(Array(3).fill(["pin", 3, 4]));
  });

  test("that the first click of two has set is taken away again, once", () => {
    tools.pin.click?.(at(3, 4));
    expect(tools.pin.double?.(at(3, 4))).toBe(false);
    tools.pin.double?.(at(3, 4));
    expect(heard).toEqual([
      ["pin", 3, 4],
      ["pin", 3, 4],
    ]);
  });
});

describe("zooming", () => {
  const wheel = (more = {}, on = {}) => {
    const event = { deltaMode: 0, deltaY: -240, ctrlKey: false, metaKey: false, ...more };
    return tools.zoom.wheel?.(at(3, 4, on), event as WheelEvent);
  };

  test("by the wheel alone is meant from a press until the pointer leaves, while there is any", () => {
    expect(wheel()).toBe(false);
    expect(tools.zoom.down?.(at(3, 4))).toBe(false);
    wheel({}, { pane: "other" });
    wheel({}, { focused: false });
    expect(heard).toEqual([]);
    expect(wheel()).toBe(false); // nothing has changed: the page may scroll
    expect(heard).toEqual([["zoom", 2, { x: 6, y: 8 }]]);
    tools.zoom.leave?.({} as PointerEvent);
    wheel();
    expect(heard).toHaveLength(1);
  });

  test("with a modifier is always meant, and a trackpad's pinch is faster", () => {
    expect(wheel({ ctrlKey: true, deltaY: -30 })).toBe(true);
    expect(wheel({ metaKey: true, deltaY: -30 })).toBe(true);
    expect(heard.map(([, factor]) => factor)).toEqual([2 ** 0.5, 2 ** 0.125]);
  });

  test("with two fingers enlarges as they part, about the middle between them", () => {
    expect(tools.zoom.down?.(at(3, 4, { pressing: 2 }))).toBe(true);
    const others = [{ x: 0, y: 0 }];
    tools.zoom.move?.(at(0, 0, { inPane: { x: 30, y: 0 }, by: { x: 10, y: 0 }, others }));
    expect(heard).toEqual([
      ["zoom", 1.5, { x: 15, y: 0 }],
      ["pan", 5, 0],
    ]);
  });

  test("by keys is about the cursor's pixel; 0 shows the whole image", () => {
    camera.value = { zoom: 4, x: 0.1, y: 0.1 };
    key(tools.zoom, "+");
    key(tools.zoom, "-");
    key(tools.zoom, "0");
    expect(heard).toEqual([
      ["zoom", 1.5, { x: 7, y: 9 }],
      ["zoom", 1 / 1.5, { x: 7, y: 9 }],
    ]);
    expect(camera.value).toEqual(WHOLE);
  });
});

test("the cursor follows one pointer and the arrow keys, and goes with the mouse", () => {
  tools.cursor.hover?.(at(3.5, 4.5));
  tools.cursor.hover?.(at(9, 9, { pressing: 2 }));
  key(tools.cursor, "ArrowRight");
  key(tools.cursor, "ArrowUp", at(3.5, 4.5, { event: { shiftKey: true } }));
  key(tools.cursor, "End");
  expect(heard).toEqual([
    ["point", 3, 4, "pointer", "main"],
    ["point", 4, 4, "keys", "main"],
    ["point", 3, -6, "keys", "main"],
    ["point", 223, 4, "keys", "main"],
  ]);
  cursor.value = { x: 3, y: 4, pane: "main", by: "pointer" };
  tools.cursor.leave?.({ pointerType: "touch" } as PointerEvent);
  expect(cursor.value).not.toBeNull();
  tools.cursor.leave?.({ pointerType: "mouse" } as PointerEvent);
  expect(cursor.value).toBeNull();
});

test("whatever else drags, or the middle button, moves the picture", () => {
  expect(tools.pan.down?.(at(3, 4))).toBe(false);
  expect(tools.pan.down?.(at(3, 4, { button: 1 }))).toBe(true);
  expect(tools.pan.drag?.(at(3, 4))).toBe(true);
  tools.pan.move?.(at(3, 4, { by: { x: 7, y: -2 } }));
  expect(heard).toEqual([["pan", 7, -2]]);
});
