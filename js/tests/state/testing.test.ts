import { type Signal, signal } from "@preact/signals";
import { beforeEach, describe, expect, test } from "vitest";
import type { Probed } from "../../src/kernel/contract";
import { decodeFrame, type Frame } from "../../src/kernel/frame";
import type { Brush } from "../../src/state/masks";
import { createEdit } from "../../src/state/testing";
import { data, finished, mask } from "./stub_kernel";

const BRUSH: Brush = { mode: "erase", radius: 0, channels: [true, true, true] };
const AT = { x: 0, y: 0 };
const explanation: Frame = {
  ...{ run: 1, target: 5, iteration: 2, channels: 3, height: 1, width: 2 },
  ...{ score: 0.5, mean: 0.5, seq: 0, last: false },
  data: Uint8Array.from([10, 20, 30, 40, 50, 60]),
};

let sent: DataView[];
let answered: Signal<Probed>;
let probe: ReturnType<typeof createEdit>;
const seen = () => [...(probe.mask.value?.data ?? [])];
const last = () => decodeFrame(sent.at(-1) as DataView);

beforeEach(() => {
  sent = [];
  answered = signal<Probed>({});
  probe = createEdit((bytes) => sent.push(bytes), answered);
  probe.set(explanation);
});

describe("an edit", () => {
  test("is scored when the stroke ends, not before", () => {
    const before = sent.length;
    probe.draw(BRUSH, explanation, AT, AT);
    expect(seen()).toEqual([0, 20, 0, 40, 0, 60]);
    expect(sent).toHaveLength(before);
    probe.lift();
    expect([...last().data]).toEqual([0, 20, 0, 40, 0, 60]);
    expect(last()).toMatchObject({ target: 5, iteration: 2 });
  });

  test("leaves the explanation as it was", () => {
    probe.draw(BRUSH, explanation, AT, AT);
    probe.lift();
    expect([...explanation.data]).toEqual([10, 20, 30, 40, 50, 60]);
  });

  test("takes its score from the answer to the very last edit", () => {
    const first = last().seq;
    probe.draw(BRUSH, explanation, AT, AT);
    probe.lift();
    answered.value = { seq: first, scores: { 5: 0.9 } };
    expect(probe.answer.value).toBeNull();
    expect(probe.mask.value?.score).toBeNaN();
    answered.value = { seq: last().seq, scores: { 5: 0.2 } };
    expect(probe.mask.value?.score).toBe(0.2);
  });
});

describe("undo", () => {
  test("goes back stroke by stroke, and forth again", () => {
    probe.draw(BRUSH, explanation, AT, AT);
    probe.lift();
    probe.draw(BRUSH, explanation, { x: 1, y: 0 }, { x: 1, y: 0 });
    probe.lift();
    expect(seen()).toEqual([0, 0, 0, 0, 0, 0]);
    probe.undo();
    expect(seen()).toEqual([0, 20, 0, 40, 0, 60]);
    expect([...last().data]).toEqual(seen());
    probe.undo();
    expect(seen()).toEqual([...explanation.data]);
    expect(probe.canUndo.value).toBe(false);
    probe.redo();
    probe.redo();
    expect(seen()).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("forgets what was undone at the next stroke", () => {
    probe.draw(BRUSH, explanation, AT, AT);
    probe.lift();
    probe.undo();
    probe.draw(BRUSH, explanation, { x: 1, y: 0 }, { x: 1, y: 0 });
    probe.lift();
    expect(probe.canRedo.value).toBe(false);
  });
});

test("a stroke that was none leaves nothing, not even to undo", () => {
  probe.draw(BRUSH, explanation, AT, AT);
  probe.cancel();
  expect(seen()).toEqual([...explanation.data]);
  expect(probe.canUndo.value).toBe(false);
  probe.lift();
  expect(probe.canUndo.value).toBe(false);
});

test("undoing in the middle of a stroke does not touch the explanation", () => {
  probe.draw(BRUSH, explanation, AT, AT);
  probe.undo();
  probe.draw(BRUSH, explanation, { x: 1, y: 0 }, { x: 1, y: 0 });
  probe.lift();
  expect([...explanation.data]).toEqual([10, 20, 30, 40, 50, 60]);
  expect(seen()).toEqual([10, 0, 30, 0, 50, 0]);
});

test("numbers are odd, and larger than any seen", () => {
  expect(last().seq % 2).toBe(1);
  const other = 2 * Math.ceil(last().seq / 2) + 10;
  probe.restore({ ...explanation, seq: other });
  probe.set(explanation);
  expect(last().seq).toBe(other + 1);
});

test("restoring brings back what the explanation showed", () => {
  probe.draw(BRUSH, explanation, AT, { x: 1, y: 0 });
  probe.lift();
  probe.draw({ ...BRUSH, mode: "restore" }, explanation, AT, AT);
  probe.lift();
  expect(seen()).toEqual([10, 0, 30, 0, 50, 0]);
});

test("a hidden edit is kept, and comes back", () => {
  probe.draw(BRUSH, explanation, AT, AT);
  probe.lift();
  probe.show(false);
  expect(probe.mask.value).toBeNull();
  expect(probe.hidden.value).not.toBeNull();
  probe.show(true);
  expect(seen()).toEqual([0, 20, 0, 40, 0, 60]);
});

test("ending it tells the kernel with no bytes at all", () => {
  probe.end();
  expect(sent.at(-1)?.byteLength).toBe(0);
  expect(probe.mask.value).toBeNull();
  expect(probe.canUndo.value).toBe(false);
});

describe("an edited mask", () => {
  test("travels as a trait, and comes from Python too", () => {
    const { kernel, store } = finished();
    store.probe.set(store.drawn.value as never);
    expect(kernel.saved.at(-1)).toHaveProperty("_probe");
    const own = store.probe.mask.value;
    expect(own?.data).toEqual(data);
    kernel.says({ _probe: mask(0, 6, 1, 99) });
    expect(store.probe.mask.value).toMatchObject({ target: 6, seq: 99 });
    kernel.says({ _probe: new DataView(new ArrayBuffer(0)) });
    expect(store.probe.mask.value).toBeNull();
  });

  test("makes way for the explanation when another class is chosen, and is kept", () => {
    const { store } = finished();
    store.probe.set(store.drawn.value as never);
    store.choose(6);
    expect(store.probe.mask.value).toBeNull();
    expect(store.probe.hidden.value).not.toBeNull();
  });
});
