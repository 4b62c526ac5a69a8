import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Message } from "../../src/kernel/contract";
import { createLink } from "../../src/kernel/link";
import { Expected } from "../../src/kernel/replies";
import { Kernel, mask } from "../state/stub_kernel";

const DONE = { type: "done" } as const;

describe("a reply", () => {
  test("settles the command that it names, at once and as a promise", async () => {
    const expected = new Expected();
    const heard: unknown[] = [];
    const first = expected.add(1, { type: "stop" }, (reply) => heard.push(reply.type));
    const second = expected.add(2, { type: "sizes" });
    expected.take({ type: "sizes", id: 2, bytes: { page: 9 } }, null);
    expect(heard).toEqual([]);
    expected.take({ ...DONE, id: 1 }, null);
    expect(heard).toEqual(["done"]);
    expect(await first).toMatchObject({ type: "done" });
    expect(await second).toMatchObject({ type: "sizes", bytes: { page: 9 } });
  });

  test("carries the buffer that came with it", async () => {
    const expected = new Expected();
    const asked = expected.add(1, { type: "save", format: "page" });
    const file = new DataView(new ArrayBuffer(5));
    expected.take({ type: "saved", id: 1, name: "a.xwidget" }, file);
    expect(await asked).toEqual({ type: "saved", id: 1, name: "a.xwidget", buffer: file });
  });

  test("of a newer command stands for those of its kind before it", async () => {
    const expected = new Expected();
    const older = expected.add(1, { type: "compare", by: "game" });
    const other = expected.add(2, { type: "add", target: 1 });
    const newer = expected.add(3, { type: "compare", by: "game" });
    const later = expected.add(4, { type: "compare", by: "game" });
    expected.take({ ...DONE, id: 3 }, null);
    expect(await older).toEqual({ type: "lost" });
    expect(await newer).toMatchObject(DONE);
    expected.take({ ...DONE, id: 2 }, null);
    expected.take({ ...DONE, id: 4 }, null);
    expect([(await other).type, (await later).type]).toEqual(["done", "done"]);
  });

  test("of one file says nothing of another", async () => {
    const expected = new Expected();
    const ask = (id: number, format: string) => expected.add(id, { type: "save", format });
    const [older, other, newer] = [ask(2, "page"), ask(3, "explanation"), ask(4, "page")];
    const saved = (id: number) => expected.take({ type: "saved", id, name: `${id}` }, null);
    saved(4);
    saved(3);
    expect(await older).toEqual({ type: "lost" });
    expect([await newer, await other]).toMatchObject([{ name: "4" }, { name: "3" }]);
  });

  test("to stop ends what it kept from beginning, and nothing else", async () => {
    const expected = new Expected();
    const [run, save] = [
      expected.add(1, { type: "run" }),
      expected.add(2, { type: "save", format: "page" }),
    ];
    const stop = expected.add(3, { type: "stop" });
    const after = expected.add(4, { type: "run" });
    expected.take({ ...DONE, id: 3 }, null);
    expect(await run).toEqual({ type: "lost" });
    expect(await stop).toMatchObject(DONE);
    expected.clear();
    expect([await save, await after]).toEqual([{ type: "lost" }, { type: "lost" }]);
  });

  test("that says no may be none for a person to read", () => {
    const expected = new Expected();
    const no = (id?: number) => ({ type: "failed", id, request: null, message: "No." }) as Message;
    void expected.add(1, { type: "frame", target: 1, iteration: 1 }, () => false);
    void expected.add(2, { type: "add", target: 1 }, () => undefined);
    expect([1, 2, 3, undefined].map((id) => expected.take(no(id), null))).toEqual([
      ...[false, true, true, true],
    ]);
  });
});

describe("what is asked of a kernel", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function linked(traits: Record<string, unknown> = {}) {
    const kernel = new Kernel(traits);
    const end = new AbortController();
    const link = createLink(kernel, () => {}, end.signal);
    link.hello();
    return { kernel, link, end };
  }

  test.each(["message", "trait"] as const)("is answered by name (%s)", async (way) => {
    const { kernel, link } = linked();
    if (way === "trait") vi.advanceTimersByTime(2000);
    const greeted = kernel.saved.at(-1)?._command as { id: number } | undefined;
    const hello = greeted ? { id: greeted.id } : {};
    kernel.answers({ type: "welcome", protocol: 2, run: 1, ...hello });
    const asked = link.ask({ type: "frame", target: 5, iteration: 1 });
    vi.advanceTimersByTime(200);
    kernel.answers({ type: "frame" }, mask(1, 5, 1));
    const reply = await asked;
    expect(reply.type === "frame" && reply.buffer?.byteLength).toBeGreaterThan(48);
    expect(kernel.asked("frame")).toHaveLength(way === "message" ? 1 : 0);
  });

  test("is lost where nobody answers, and where the panel is closed", async () => {
    const { link, end } = linked();
    const asked = link.ask({ type: "sizes" });
    vi.advanceTimersByTime(10_000);
    expect(await asked).toEqual({ type: "lost" });
    const more = link.ask({ type: "sizes" });
    end.abort();
    expect(await more).toEqual({ type: "lost" });
  });

  test("reaches it without a copy of its buffer in the message", () => {
    const { kernel, link } = linked();
    const send = vi.spyOn(kernel, "send");
    kernel.answers({ type: "welcome", protocol: 2, run: 1 });
    const buffer = new DataView(new ArrayBuffer(3));
    void link.ask({ type: "test", buffer });
    expect(send.mock.lastCall).toEqual([
      { type: "test", id: expect.any(Number) },
      undefined,
      [buffer],
    ]);
  });
});
