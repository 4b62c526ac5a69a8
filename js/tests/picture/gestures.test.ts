import { signal } from "@preact/signals";
import { beforeEach, describe, expect, test } from "vitest";
import { listen, press } from "../../src/picture/gestures";
import type { Picture } from "../../src/picture/picture";
import type { PointerAt, Tool } from "../../src/picture/tools/tool";

/** A pane of 100 by 100 CSS px at (10, 20), on the page's own. */
class Frame extends EventTarget {
  readonly captured: number[] = [];
  readonly activeElement = this;
  getBoundingClientRect = () => ({ left: 10, top: 20 });
  setPointerCapture = (id: number) => this.captured.push(id);
  getRootNode = () => this;
}

let frame: Frame;
let tools: Tool[];
let heard: string[];
let ended: AbortController;

/** A tool that writes down what it hears, and takes what it is told to. */
function tool(name: string, takes: string, more: Partial<Tool> = {}): Tool {
  const hear = (act: string) => (at: PointerAt) => {
    heard.push(`${name} ${act} ${at.pixel.x},${at.pixel.y}`);
    return takes.split(" ").includes(act);
  };
  return {
    down: hear("down"),
    drag: hear("drag"),
    move: hear("move"),
    up: hear("up"),
    click: hear("click"),
    double: hear("double"),
    cancel: () => void heard.push(`${name} cancel`),
    ...more,
  };
}

/** At a place of the image: its pixels are 2 CSS px wide, the first begins at 4 px in the pane. */
function send(type: string, x: number, y: number, more = {}): Event {
  const event = Object.assign(new Event(type, { cancelable: true }), {
    ...{ pointerId: 1, pointerType: "mouse", button: type === "pointermove" ? -1 : 0, detail: 1 },
    ...{ clientX: 10 + 4 + 2 * x, clientY: 20 + 4 + 2 * y },
    ...{ shiftKey: false, ctrlKey: false, metaKey: false, altKey: false },
    ...more,
  });
  frame.dispatchEvent(event);
  return event;
}

function show(...given: Tool[]): void {
  tools = given;
  const placement = signal({ left: 4, top: 4, scale: 2 });
  const picture = { placement, atHand: () => tools } as unknown as Picture;
  listen(frame as unknown as HTMLElement, picture, "main", ended.signal);
}

beforeEach(() => {
  frame = new Frame();
  heard = [];
  ended = new AbortController();
});

describe("a press", () => {
  test("is the first tool's that takes it, in image coordinates, until it is lifted", () => {
    show(tool("a", ""), tool("b", "down"), tool("c", "down"));
    send("pointerdown", 3, 4);
    send("pointermove", 5.5, 6);
    send("pointerup", 7, 8);
    send("pointermove", 9, 9);
    expect(heard).toEqual(["a down 3,4", "b down 3,4", "b move 5,6", "b up 7,8"]);
    expect(frame.captured).toEqual([1]);
  });

  test("that nobody takes is a drag once it has moved, and then it is the one's who takes that", () => {
    show(tool("a", "click"), tool("b", "drag"));
    send("pointerdown", 3, 4);
    send("pointermove", 4, 4);
    send("pointermove", 8, 4);
    send("pointermove", 9, 4);
    send("pointerup", 9, 4);
    send("click", 9, 4);
    const acts = heard.map((line) => line.split(" ").slice(0, 2).join(" "));
    expect(acts).toEqual(["a down", "b down", "a drag", "b drag", "b move", "b move", "b up"]);
  });

  test("that nobody takes and that did not move is a click; the second of two is none", () => {
    show(tool("a", "double"), tool("b", "click"), tool("c", "click"));
    for (const detail of [1, 2]) {
      send("pointerdown", 3, 4);
      send("pointerup", 3, 4);
      send("click", 3, 4, { detail });
    }
    send("dblclick", 3, 4);
    expect(heard.filter((line) => !line.includes("down"))).toEqual([
      ...["a click 3,4", "b click 3,4", "a double 3,4"],
    ]);
  });

  test("that was taken is no click", () => {
    show(tool("a", "down"), tool("b", "click"));
    send("pointerdown", 3, 4);
    send("pointerup", 3, 4);
    send("click", 3, 4);
    expect(heard).toEqual(["a down 3,4", "a up 3,4"]);
  });

  test("of a second finger ends the first one's gesture, and says where the other is", () => {
    const seen: PointerAt[] = [];
    const pinch = tool("pinch", "", {
      down: (at) => at.pressing > 1,
      move: (at) => void seen.push(at),
    });
    show(pinch, tool("draw", "down"));
    send("pointerdown", 3, 4);
    send("pointerdown", 13, 4, { pointerId: 2 });
    send("pointermove", 15, 4, { pointerId: 2 });
    send("pointerup", 15, 4, { pointerId: 2 });
    send("pointermove", 3, 9);
    send("pointerup", 3, 9);
    send("click", 3, 9);
    expect(heard).toEqual(["draw down 3,4", "draw cancel", "pinch up 15,4"]);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ by: { x: 4, y: 0 }, others: [{ x: 10, y: 12 }] });
  });

  test("that the browser takes for itself is canceled", () => {
    show(tool("a", "down"));
    send("pointerdown", 3, 4);
    send("pointercancel", 3, 4);
    send("click", 3, 4);
    expect(heard).toEqual(["a down 3,4", "a cancel"]);
  });

  test("of the right button is nobody's", () => {
    show(tool("a", "down"));
    send("pointerdown", 3, 4, { button: 2 });
    expect(heard).toEqual([]);
  });
});

test("every pointer is heard of, the wheel is kept from the page where a tool wants it", () => {
  const hovering: PointerAt[] = [];
  const left: string[] = [];
  show(
    {
      hover: (at) => void hovering.push(at),
      leave: ({ pointerType }) => void left.push(pointerType),
    },
    { wheel: (at) => at.event.shiftKey },
  );
  send("pointermove", 3.5, -2);
  expect(hovering[0]).toMatchObject({ x: 3.5, pixel: { x: 3, y: -2 }, pane: "main", pressing: 0 });
  send("pointerleave", 3, 4);
  expect(left).toEqual(["mouse"]);
  expect(send("wheel", 3, 4).defaultPrevented).toBe(false);
  expect(send("wheel", 3, 4, { shiftKey: true }).defaultPrevented).toBe(true);
});

test("nothing is heard once the picture is gone", () => {
  show(tool("a", "down"));
  ended.abort();
  send("pointerdown", 3, 4);
  expect(heard).toEqual([]);
});

describe("a key", () => {
  const at = { pixel: { x: 3, y: 4 }, pane: "main" };
  const key = (name: string) => ({ key: name, shiftKey: true }) as KeyboardEvent;

  test("goes to the first who has a use for it, with the middle of the cursor's pixel", () => {
    const holders = [
      {},
      { keys: { Delete: () => false } },
      { keys: { Delete: (where: { x: number }) => heard.push(`${where.x}`) } },
      { keys: { Delete: () => heard.push("never") } },
    ];
    expect(press(key("Delete"), holders, at)).toBe(true);
    expect(heard).toEqual(["3.5"]);
  });

  test("is told by its small letter too, and passed on where nobody wants it", () => {
    expect(press(key("V"), [{ keys: { v: () => true } }], at)).toBe(true);
    expect(press(key("x"), [{ keys: { v: () => true } }], at)).toBe(false);
  });
});
