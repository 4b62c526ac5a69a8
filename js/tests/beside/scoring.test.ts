import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Answer, createScoring, type Wish } from "../../src/beside/state/scoring";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scoring(first: Wish | null = null) {
  const wish = signal(first);
  const version = signal("1");
  const running = signal(false);
  const able = signal(true);
  const asked: { wish: Wish; answer: (came: Answer | string | null) => void }[] = [];
  const ask = (of: Wish) =>
    new Promise<Answer | string | null>((answer) => asked.push({ wish: of, answer }));
  const ended = new AbortController();
  const made = createScoring({ wish, version, running, able, ask }, ended.signal);
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const answer = async (own: number) => {
    const { wish: of, answer } = asked.at(-1) as (typeof asked)[number];
    answer({ ...of, scores: { 0: { own, image: 1, witness: null, witness_image: null } } });
    await settle();
  };
  return { ...made, wish, version, running, able, asked, answer, settle, ended };
}

test("nothing is asked before equal areas are looked at", async () => {
  const { asked, wish, settle, scores, pending } = scoring();
  await settle();
  expect([asked.length, pending.value, scores.value]).toEqual([0, false, {}]);
  wish.value = { share: 0.2, target: 5 };
  await settle();
  expect(asked.map((each) => each.wish)).toEqual([{ share: 0.2, target: 5 }]);
  expect(pending.value).toBe(true);
});

test("while one answer is waited for the newest wish alone is kept", async () => {
  const { asked, wish, settle, answer, pending, scores } = scoring({ share: 0.2, target: 5 });
  await settle();
  for (const share of [0.21, 0.22, 0.23]) wish.value = { share, target: 5 };
  await settle();
  expect(asked.length).toBe(1);
  await answer(0.7);
  // Shown, and known to be of another share.
  expect([scores.value[0]?.own, pending.value]).toEqual([0.7, true]);
  expect(asked.map((each) => each.wish.share)).toEqual([0.2, 0.23]);
  await answer(0.8);
  expect([scores.value[0]?.own, pending.value, asked.length]).toEqual([0.8, false, 2]);
});

test("scores of another class are not shown as those of this one", async () => {
  const { wish, settle, answer, scores } = scoring({ share: 0.2, target: 5 });
  await settle();
  await answer(0.7);
  wish.value = { share: 0.2, target: 6 };
  expect(scores.value).toEqual({});
});

test("evidence that grows is scored at a slow pace, and once more when it is done", async () => {
  const { asked, version, running, settle, answer, pending } = scoring({ share: 0.2, target: 5 });
  running.value = true;
  await settle();
  for (let k = 2; k < 20; k++) version.value = String(k);
  await answer(0.1);
  expect(asked.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked.length).toBe(2);
  version.value = "end";
  running.value = false;
  await answer(0.2);
  expect(asked.length).toBe(3);
  await answer(0.3);
  expect(pending.value).toBe(false);
});

test("what a newer wish of another view pushed aside is asked again; a refusal is not", async () => {
  const { asked, settle, error, pending } = scoring({ share: 0.2, target: 5 });
  await settle();
  asked[0]?.answer(null);
  await vi.advanceTimersByTimeAsync(400);
  expect(asked.length).toBe(2);
  asked[1]?.answer("There is no run yet.");
  await vi.advanceTimersByTimeAsync(5000);
  expect([asked.length, error.value, pending.value]).toEqual([2, "There is no run yet.", false]);
});

test("where nobody can be asked what is known stays, and the rest is asked later", async () => {
  const { asked, wish, able, settle, answer, scores, pending } = scoring({ share: 0.2, target: 5 });
  await settle();
  await answer(0.7);
  able.value = false;
  wish.value = { share: 0.3, target: 5 };
  await vi.advanceTimersByTimeAsync(5000);
  expect([asked.length, scores.value[0]?.own, pending.value]).toEqual([1, 0.7, false]);
  able.value = true;
  await settle();
  expect(asked.at(-1)?.wish.share).toBe(0.3);
});

test("a view that is gone asks for nothing more", async () => {
  const { asked, wish, ended } = scoring({ share: 0.2, target: 5 });
  ended.abort();
  wish.value = { share: 0.3, target: 5 };
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked.length).toBe(0);
});

test("where an area has no scores, those of another one do not stand for them", async () => {
  const { asked, wish, settle, answer, scores } = scoring({ share: 0.2, target: 5 });
  await settle();
  await answer(0.7);
  wish.value = { share: 0.3, target: 5 };
  await settle();
  asked[1]?.answer("Scores of this area need the network.");
  await settle();
  expect(scores.value).toEqual({});
});
