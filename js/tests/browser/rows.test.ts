import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Entry, Wanted } from "../../src/browser/contract";
import { Rows } from "../../src/browser/rows";

type Slot = (...args: unknown[]) => void;

/** A kernel that has 5,000 rows and answers when it is told to. */
class Kernel {
  readonly traits: Record<string, unknown> = { _count: 5000, _listing: 1, show: "evidence" };
  readonly asked: Wanted[] = [];
  readonly #slots = new Map<string, Slot[]>();

  get = (name: string) => this.traits[name];
  set(name: string, value: unknown): void {
    if (name === "_wanted") this.asked.push(value as Wanted);
  }
  save_changes(): void {}
  on(event: string, slot: Slot): void {
    this.#slots.set(event, [...(this.#slots.get(event) ?? []), slot]);
  }
  off(event: string, slot: Slot): void {
    this.#slots.set(event, this.#slots.get(event)?.filter((each) => each !== slot) ?? []);
  }
  tell(name: string, value: unknown): void {
    this.traits[name] = value;
    this.#emit(`change:${name}`);
  }
  /** Answer the newest wish. */
  answer({ listing, first, count, show } = this.newest): void {
    const entries = Array.from({ length: Math.min(count, 5000 - first) }, (_, k) => ({
      ...{ row: first + k, name: `${first + k}`, bytes: 1 },
    })) as Entry[];
    const data = new Uint8Array(entries.map(({ row }) => row % 256));
    const message = { type: "rows", listing, first, show, entries };
    this.#emit("msg:custom", message, [new DataView(data.buffer)]);
  }
  get newest(): Wanted {
    const newest = this.asked.at(-1);
    if (!newest) throw new Error("nothing was asked for");
    return newest;
  }
  #emit(event: string, ...args: unknown[]): void {
    for (const slot of this.#slots.get(event) ?? []) slot(...args);
  }
}

/** What a blob is decoded to here: its one byte. */
class Bitmap {
  closed = false;
  constructor(readonly value: number) {
    made.push(this);
  }
  close(): void {
    this.closed = true;
  }
}
let made: Bitmap[];
let kernel: Kernel;
let rows: Rows;
const view = {};

beforeEach(() => {
  vi.useFakeTimers();
  made = [];
  kernel = new Kernel();
  rows = new Rows(kernel as never, async (blob) => {
    const [value = -1] = new Uint8Array(await blob.arrayBuffer());
    return new Bitmap(value) as never;
  });
});
afterEach(() => {
  rows.close();
  vi.useRealTimers();
});

const settled = () => vi.waitFor(() => expect(made.length).toBeGreaterThan(0));
const pictureAt = (place: number) => rows.at(place)?.picture as unknown as Bitmap | null;

describe("rows that come into view", () => {
  test("are asked for at once, then what comes next, one request at a time", async () => {
    rows.see(view, { first: 0, end: 30 });
    expect(kernel.asked.map(({ first, count }) => [first, count])).toEqual([[0, 48]]);
    kernel.answer();
    expect(rows.at(29)?.entry.row).toBe(29);
    expect(kernel.asked.slice(1).map(({ first, count }) => [first, count])).toEqual([[48, 24]]);
    kernel.answer();
    expect(kernel.asked).toHaveLength(2); // all that is near is there
    await settled();
    await vi.waitFor(() => expect(pictureAt(29)?.value).toBe(29));
  });

  test("the newest count: what was scrolled past is not asked for", () => {
    rows.see(view, { first: 0, end: 30 });
    for (let first = 100; first <= 4000; first += 100) rows.see(view, { first, end: first + 30 });
    kernel.answer();
    expect(kernel.asked).toHaveLength(1); // the list may fly on
    vi.advanceTimersByTime(100);
    expect(kernel.asked).toHaveLength(2);
    expect(kernel.newest.first).toBeLessThanOrEqual(4000);
    expect(kernel.newest.first + kernel.newest.count).toBeGreaterThanOrEqual(4030);
  });

  test("are asked for at once where a view leaps to them, and stays", () => {
    rows.see(view, { first: 0, end: 24 });
    while (!rows.at(47)) kernel.answer();
    rows.see(view, { first: 2400, end: 2424 });
    expect(kernel.newest.first).toBe(2400);
  });

  test("are asked for once a view that flies past them rests", () => {
    rows.see(view, { first: 0, end: 24 });
    while (!rows.at(47)) kernel.answer();
    const before = kernel.asked.length;
    for (let first = 480; first < 4800; first += 48) {
      rows.see(view, { first, end: first + 24 });
      kernel.answer();
      vi.advanceTimersByTime(16);
    }
    expect(kernel.asked).toHaveLength(before + 2); // at the first leap, which might be the last
    vi.advanceTimersByTime(100);
    expect(kernel.newest.first).toBe(4752);
  });

  test("are asked for again where no answer comes", () => {
    rows.see(view, { first: 0, end: 30 });
    vi.advanceTimersByTime(6000);
    expect(kernel.asked).toHaveLength(2);
    expect(kernel.asked[1]?.beat).not.toBe(kernel.asked[0]?.beat);
    expect(rows.waits).toBe(true);
    kernel.answer();
    expect(rows.waits).toBe(false);
  });

  test("of two views are both asked for", () => {
    rows.see(view, { first: 0, end: 24 });
    rows.see({}, { first: 2400, end: 2424 });
    for (let k = 0; k < 4; k++) kernel.answer();
    expect([rows.at(3), rows.at(2410)].map((row) => row?.entry.row)).toEqual([3, 2410]);
  });
});

test("a picture is decoded once it is near what can be seen", async () => {
  rows.see(view, { first: 0, end: 24 });
  const old = kernel.newest;
  rows.see(view, { first: 2400, end: 2424 });
  kernel.answer(old); // it was scrolled past meanwhile
  await vi.advanceTimersByTimeAsync(10);
  expect([rows.at(3)?.entry.row, made.length]).toEqual([3, 0]);
  rows.see(view, { first: 0, end: 24 });
  await vi.waitFor(() => expect(pictureAt(3)?.value).toBe(3));
});

describe("what a page keeps", () => {
  test("is bounded, however far it is scrolled, and pictures are let go", async () => {
    for (let first = 0; first < 4800; first += 48) {
      rows.see(view, { first, end: first + 48 });
      while (kernel.newest.first > first - 100 && !rows.at(first + 47)) kernel.answer();
      await vi.advanceTimersByTimeAsync(100);
    }
    const kept = Array.from({ length: 5000 }, (_, place) => rows.at(place)).filter(Boolean);
    expect(kept.length).toBeGreaterThan(200);
    expect(kept.length).toBeLessThanOrEqual(1200);
    expect(made.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(1200);
    expect(rows.at(0)).toBeUndefined();
  });

  test("is of one listing: an answer that is late is not taken", async () => {
    rows.see(view, { first: 0, end: 24 });
    const old = kernel.newest;
    kernel.tell("_listing", 2);
    kernel.answer(old);
    expect(rows.at(0)).toBeUndefined();
    kernel.answer();
    expect(kernel.newest.listing).toBe(2);
    expect(rows.at(0)?.entry.row).toBe(0);
  });

  test("stays until news of it has come", async () => {
    rows.see(view, { first: 0, end: 24 });
    kernel.answer();
    await vi.waitFor(() => expect(pictureAt(3)).toBeTruthy());
    const before = pictureAt(3);
    kernel.tell("_news", 1);
    expect(pictureAt(3)).toBe(before);
    kernel.answer();
    expect(pictureAt(3)).toBe(before); // until the new one is decoded
    await vi.waitFor(() => expect(pictureAt(3)).not.toBe(before));
    expect(before?.closed).toBe(true);
  });
});
