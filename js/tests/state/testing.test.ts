import { type Signal, signal } from "@preact/signals";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Tested } from "../../src/kernel/contract";
import { decodeFrame, type Frame } from "../../src/kernel/frame";
import type { Brush } from "../../src/state/masks";
import type { Store } from "../../src/state/store";
import { createEditedMask } from "../../src/state/testing";
import { createUndo, type Undo } from "../../src/state/undo";
import { data, finished, mask } from "./stub_kernel";

const BRUSH: Brush = { mode: "erase", radius: 0, channels: [true, true, true] };
const AT = { x: 0, y: 0 };
const explanation: Frame = {
  ...{ run: 1, target: 5, iteration: 2, channels: 3, height: 1, width: 2 },
  ...{ score: 0.5, mean: 0.5, seq: 0, last: false },
  data: Uint8Array.from([10, 20, 30, 40, 50, 60]),
};

let sent: DataView[];
let answered: Signal<Tested>;
let testing: ReturnType<typeof createEditedMask>;
let undo: Undo;
const seen = () => [...(testing.edited.value?.data ?? [])];
const last = () => decodeFrame(sent.at(-1) as DataView);

beforeEach(() => {
  sent = [];
  answered = signal<Tested>({});
  undo = createUndo();
  testing = createEditedMask((bytes) => sent.push(bytes), answered, undo);
  testing.test(explanation);
});

describe("an edit", () => {
  test("is scored when the stroke ends, not before", () => {
    const before = sent.length;
    testing.draw(BRUSH, explanation, AT, AT);
    expect(seen()).toEqual([0, 20, 0, 40, 0, 60]);
    expect(sent).toHaveLength(before);
    testing.lift();
    expect([...last().data]).toEqual([0, 20, 0, 40, 0, 60]);
    expect(last()).toMatchObject({ target: 5, iteration: 2 });
  });

  test("leaves the explanation as it was", () => {
    testing.draw(BRUSH, explanation, AT, AT);
    testing.lift();
    expect([...explanation.data]).toEqual([10, 20, 30, 40, 50, 60]);
  });

  test("takes its score from the answer to the very last edit", () => {
    const first = last().seq;
    testing.draw(BRUSH, explanation, AT, AT);
    testing.lift();
    answered.value = { seq: first, scores: { 5: 0.9 } };
    expect(testing.answer.value).toBeNull();
    expect(testing.edited.value?.score).toBeNaN();
    answered.value = { seq: last().seq, scores: { 5: 0.2 } };
    expect(testing.edited.value?.score).toBe(0.2);
  });
});

describe("undo", () => {
  test("goes back stroke by stroke, and forth again", () => {
    testing.draw(BRUSH, explanation, AT, AT);
    testing.lift();
    testing.draw(BRUSH, explanation, { x: 1, y: 0 }, { x: 1, y: 0 });
    testing.lift();
    expect(seen()).toEqual([0, 0, 0, 0, 0, 0]);
    undo.undo();
    expect(seen()).toEqual([0, 20, 0, 40, 0, 60]);
    expect([...last().data]).toEqual(seen());
    undo.undo();
    expect(seen()).toEqual([...explanation.data]);
    expect(undo.canUndo.value).toBe(false);
    undo.redo();
    undo.redo();
    expect(seen()).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("forgets what was undone at the next stroke", () => {
    testing.draw(BRUSH, explanation, AT, AT);
    testing.lift();
    undo.undo();
    testing.draw(BRUSH, explanation, { x: 1, y: 0 }, { x: 1, y: 0 });
    testing.lift();
    expect(undo.canRedo.value).toBe(false);
  });
});

test("a stroke that was none leaves nothing, not even to undo", () => {
  testing.draw(BRUSH, explanation, AT, AT);
  testing.cancel();
  expect(seen()).toEqual([...explanation.data]);
  expect(undo.canUndo.value).toBe(false);
  testing.lift();
  expect(undo.canUndo.value).toBe(false);
});

test("undoing in the middle of a stroke does not touch the explanation", () => {
  testing.draw(BRUSH, explanation, AT, AT);
  undo.undo();
  testing.draw(BRUSH, explanation, { x: 1, y: 0 }, { x: 1, y: 0 });
  testing.lift();
  expect([...explanation.data]).toEqual([10, 20, 30, 40, 50, 60]);
  expect(seen()).toEqual([10, 0, 30, 0, 50, 0]);
});

test("numbers are odd, and larger than any seen", () => {
  expect(last().seq % 2).toBe(1);
  const other = 2 * Math.ceil(last().seq / 2) + 10;
  testing.restore({ ...explanation, seq: other });
  testing.test(explanation);
  expect(last().seq).toBeGreaterThan(other);
  expect(last().seq % 2).toBe(1);
});

test("an edit that came back is known as one of here, those before it no longer", () => {
  const first = last().seq;
  testing.test(explanation);
  const second = last().seq;
  testing.test(explanation);
  const newest = last().seq;
  expect([first, second].map(testing.cameBack)).toEqual([true, true]);
  expect([first, newest, newest, second].map(testing.cameBack)).toEqual([
    ...[false, true, true, false],
  ]);
  expect(testing.cameBack(newest + 2)).toBe(false);
});

test("restoring brings back what the explanation showed", () => {
  testing.draw(BRUSH, explanation, AT, { x: 1, y: 0 });
  testing.lift();
  testing.draw({ ...BRUSH, mode: "restore" }, explanation, AT, AT);
  testing.lift();
  expect(seen()).toEqual([10, 0, 30, 0, 50, 0]);
});

test("a hidden edit is kept, and comes back", () => {
  testing.draw(BRUSH, explanation, AT, AT);
  testing.lift();
  testing.show(false);
  expect(testing.edited.value).toBeNull();
  expect(testing.hidden.value).not.toBeNull();
  testing.show(true);
  expect(seen()).toEqual([0, 20, 0, 40, 0, 60]);
});

test("ending it tells the kernel with no bytes at all", () => {
  testing.end();
  expect(sent.at(-1)?.byteLength).toBe(0);
  expect(testing.edited.value).toBeNull();
  expect(undo.canUndo.value).toBe(false);
});

const seenIn = (store: Store) => [...(store.testing.edited.value?.data ?? [])];

describe("an edited mask", () => {
  test("travels with its command, and comes from Python too", () => {
    const { kernel, store } = finished();
    store.testing.test(store.drawn.value as never);
    expect(kernel.asked("test")).toHaveLength(1);
    expect(decodeFrame(kernel.buffers.at(-1) as DataView).data).toEqual(data);
    const own = store.testing.edited.value;
    expect(own?.data).toEqual(data);
    kernel.answers({ type: "done" });
    kernel.says({ _edited: mask(0, 6, 1, 98) });
    expect(store.testing.edited.value).toMatchObject({ target: 6, seq: 98 });
    kernel.says({ _edited: new DataView(new ArrayBuffer(0)) });
    expect(store.testing.edited.value).toBeNull();
  });

  test("that comes back once it is scored undoes nothing that was drawn since", () => {
    const { kernel, store } = finished();
    store.testing.test(store.drawn.value as never);
    const first = kernel.buffers.at(-1) as DataView;
    kernel.answers({ type: "done" });
    store.testing.draw(BRUSH, store.drawn.value as never, AT, AT);
    kernel.says({ _edited: first, _tested: { seq: decodeFrame(first).seq } });
    expect(seenIn(store)).toEqual([0, 0, 0]);
    store.testing.lift();
    kernel.says({ _edited: first });
    expect(seenIn(store)).toEqual([0, 0, 0]);
    store.testing.end();
    kernel.says({ _edited: new DataView(new ArrayBuffer(0)) });
    store.testing.test(store.drawn.value as never); // begun anew before the kernel answered the end
    kernel.says({ _edited: new DataView(new ArrayBuffer(0)) });
    expect(store.testing.edited.value).not.toBeNull();
  });

  test("that the kernel refuses is taken back", () => {
    const { kernel, store } = finished();
    kernel.says({ _edited: mask(0, 5, 8, 4) });
    store.testing.draw(BRUSH, store.drawn.value as never, AT, AT);
    store.testing.lift();
    expect(seenIn(store)).toEqual([0, 0, 0]);
    kernel.answers({ type: "failed", request: { type: "test" }, message: "Another shape." });
    expect(seenIn(store)).toEqual([...data]);
    expect(store.notices.value.at(-1)?.text).toBe("Another shape.");
  });

  test("makes way for the explanation when another class is chosen, and is kept", () => {
    const { store } = finished();
    store.testing.test(store.drawn.value as never);
    store.choose(6);
    expect(store.testing.edited.value).toBeNull();
    expect(store.testing.hidden.value).not.toBeNull();
  });

  test("of another page that edits at the same moment has another number", () => {
    const pages = [finished(), finished()];
    for (const { store } of pages) {
      store.testing.test(store.drawn.value as never);
    }
    const common = pages[0]?.kernel.buffers.at(-1) as DataView;
    for (const { kernel } of pages) {
      kernel.answers({ type: "done" });
      kernel.says({ _edited: common });
    }
    vi.spyOn(Math, "random").mockReturnValueOnce(0.25).mockReturnValueOnce(0.5);
    for (const { store } of pages) store.testing.test(store.drawn.value as never);
    const numbers = pages.map(({ kernel }) => decodeFrame(kernel.buffers.at(-1) as DataView).seq);
    expect(new Set(numbers).size).toBe(2);
    expect(numbers.map((seq) => seq % 2)).toEqual([1, 1]);
    vi.restoreAllMocks();
  });

  test("that was given up as lost is shown where it is scored after another's", () => {
    vi.useFakeTimers();
    const { kernel, store } = finished();
    store.testing.test(store.drawn.value as never);
    const mine = kernel.buffers.at(-1) as DataView;
    const { seq } = decodeFrame(mine);
    vi.advanceTimersByTime(60_000);
    kernel.says({ _edited: mask(0, 5, 8, seq + 1) });
    expect(store.testing.edited.value?.seq).toBe(seq + 1);
    kernel.answers({ type: "done" });
    kernel.says({ _edited: mine, _tested: { seq, scores: { 5: 0.1 } } });
    expect(store.testing.edited.value).toMatchObject({ seq, score: 0.1 });
    vi.useRealTimers();
  });
});
