import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFetching, type Wish } from "../../../src/beside/state/fetching";
import type { Values } from "../../../src/beside/state/values";
import { made } from "../made";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wish = (version: string, pane = 1, target = 5): Wish => ({ pane, target, version });

function fetching(limit = 1e6) {
  const live = signal(true);
  const end = new AbortController();
  const asked: { wish: Wish; answer(values: Values | string | null): void }[] = [];
  const made = createFetching(
    (wish) => new Promise((answer) => asked.push({ wish, answer })),
    live,
    end.signal,
    limit,
  );
  const settle = () => vi.advanceTimersByTimeAsync(1000);
  return { ...made, live, asked, settle, end };
}

test("values are asked for once, and again only where there are newer ones", async () => {
  const { want, valuesOf, asked, settle } = fetching();
  want("view", [wish("1")]);
  want("view", [wish("1")]);
  const values = made([1]);
  asked[0]?.answer(values);
  await settle();
  want("view", [wish("1")]);
  expect([asked.length, valuesOf(1, 5)]).toEqual([1, values]);
  want("view", [wish("2")]);
  expect(asked.map((each) => each.wish.version)).toEqual(["1", "2"]);
  expect(valuesOf(1, 5)).toBe(values); // what there is stays until the newer ones come
});

test("of the wishes made while one is on its way the newest is asked for, and no other", async () => {
  const { want, asked, settle } = fetching();
  for (const version of ["1", "2", "3"]) want("view", [wish(version)]);
  asked[0]?.answer(made([1]));
  await settle();
  expect(asked.map((each) => each.wish.version)).toEqual(["1", "3"]);
});

test("an error stands until there are other values, which are asked for", async () => {
  const { want, errorOf, asked, settle } = fetching();
  want("view", [wish("1")]);
  asked[0]?.answer("It has none.");
  await settle();
  expect([errorOf(1, 5), asked.length]).toEqual(["It has none.", 1]);
  want("view", [wish("2")]);
  asked[1]?.answer(made([1]));
  await settle();
  expect(errorOf(1, 5)).toBe("");
});

test("without a kernel nothing is asked, and all that is wanted once there is one", () => {
  const { want, live, asked } = fetching();
  live.value = false;
  want("one", [wish("1")]);
  want("two", [wish("1", 2)]);
  expect(asked).toEqual([]);
  live.value = true;
  expect(asked.map((each) => each.wish.pane)).toEqual([1, 2]);
});

test("what a lost kernel never answered is asked again", async () => {
  const { want, live, asked, settle } = fetching();
  want("view", [wish("1")]);
  live.value = false;
  asked[0]?.answer(null);
  await settle();
  live.value = true;
  expect(asked.length).toBe(2);
});

test("values outgrow no limit, and those of a pane that is gone go with it", async () => {
  const { want, valuesOf, keep, asked, settle } = fetching(10);
  for (const pane of [1, 2, 3]) {
    want("view", [wish("1", pane)]);
    asked.at(-1)?.answer(made([1])); // 4 bytes
    await settle();
  }
  expect([1, 2, 3].map((pane) => valuesOf(pane, 5) !== null)).toEqual([false, true, true]);
  keep([3]);
  expect([2, 3].map((pane) => valuesOf(pane, 5) !== null)).toEqual([false, true]);
});

test("values that are shown are kept beyond the limit, and asked for once", async () => {
  const { want, valuesOf, asked, settle } = fetching(10);
  const all = [1, 2, 3].map((pane) => wish("1", pane));
  want("view", all);
  for (const { answer } of [...asked]) answer(made([1])); // 4 bytes each
  await settle();
  want("view", all);
  expect([1, 2, 3].map((pane) => valuesOf(pane, 5) !== null)).toEqual([true, true, true]);
  expect(asked.length).toBe(3);
});

test("where newer values cannot be had, they are not asked for again and again", async () => {
  const { want, valuesOf, errorOf, asked, settle } = fetching();
  want("view", [wish("1")]);
  asked[0]?.answer(made([1]));
  await settle();
  want("view", [wish("2")]);
  asked[1]?.answer("It has none.");
  await settle();
  await settle();
  expect([asked.length, errorOf(1, 5), valuesOf(1, 5) !== null]).toEqual([2, "It has none.", true]);
});
