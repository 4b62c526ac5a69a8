/** What comes from the kernel is seen once a frame; what a person does, at once. */
import { effect, signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPanel } from "../../../src/annotate/panel/view";
import { BOX, marking } from "./marking";

let frames = new Map<number, () => void>();
const draw = () => {
  const due = [...frames.values()];
  frames.clear();
  for (const act of due) act();
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  frames = new Map();
  let last = 0;
  vi.stubGlobal("requestAnimationFrame", (act: () => void) => {
    last += 1;
    frames.set(last, act);
    return last;
  });
  vi.stubGlobal("cancelAnimationFrame", (frame: number) => frames.delete(frame));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A panel on a kernel, and how often its list and its drawing are made anew. */
function counting() {
  const page = marking();
  draw();
  const { ended } = page.store.wire;
  const none = signal(null);
  const ui = { ended, store: page.store, cursor: none, chosen: none, scene: none };
  const { lines, annotating } = createPanel(ui as never, page.findings);
  const made = { lines: 0, shown: 0 };
  effect(() => {
    made.lines += lines.value.length >= 0 ? 1 : 0;
  });
  effect(() => {
    made.shown += annotating.shown.value.length >= 0 ? 1 : 0;
  });
  return { ...page, lines, made };
}

test("a thousand answers between two frames make the list once, and no drawing", () => {
  const { findings, pump, made, fake } = counting();
  findings.together(() => {
    for (let k = 0; k < 1000; k++) findings.add({ type: "point", x: k % 16, y: 1 });
  });
  expect(made).toEqual({ lines: 2, shown: 2 }); // seen at once, before any frame
  pump();
  expect(fake.versions.size).toBe(1000);
  expect(made).toEqual({ lines: 2, shown: 2 });
  draw();
  expect(made).toEqual({ lines: 3, shown: 2 });
  expect(findings.all.value.every(({ id }) => findings.stateOf(id) === "saved")).toBe(true);
});

test("what another did is seen at the next frame, or a little later where none is drawn", () => {
  const { findings, pump, push, fake, lines } = counting();
  const { id } = findings.add(BOX);
  pump();
  draw();
  push({ type: "finding", finding: fake.change(id, { label: "cup" }) });
  expect(lines.value[0]?.label).toBe("box, upper left");
  draw();
  expect(lines.value[0]?.label).toBe("cup");
  push({ type: "finding", finding: fake.change(id, { label: "mug" }) });
  vi.advanceTimersByTime(250);
  expect(lines.value[0]?.label).toBe("mug");
  expect(frames.size).toBe(0);
});

test("a closed store waits for no frame", () => {
  const { findings, pump, store } = counting();
  findings.add(BOX);
  pump();
  expect(frames.size).toBe(1);
  store.close();
  expect([frames.size, vi.getTimerCount()]).toEqual([0, 0]);
});
