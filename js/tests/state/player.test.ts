import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPlayer } from "../../src/state/player";
import type { Store } from "../../src/state/store";
import { frameOf } from "../frames";

const FRAMES = [0, 1, 2, 5, 10];
let calm = false;

beforeEach(() => {
  calm = false;
  vi.useFakeTimers();
  vi.stubGlobal("matchMedia", () => ({ matches: calm }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A store whose masks are there at once, or never. */
function fake({ frames = FRAMES, comes = true } = {}) {
  const iteration = signal(frames.at(-1) ?? 0);
  const drawn = signal({ ...frameOf([[0]]), iteration: iteration.value });
  const seen: number[] = [];
  const store = {
    iteration,
    drawn,
    keyframes: signal(frames),
    follow: signal(true),
    scrub(wanted: number) {
      iteration.value = wanted;
      seen.push(wanted);
      store.follow.value = wanted === frames.at(-1);
      if (comes) drawn.value = { ...drawn.value, iteration: wanted };
    },
  };
  const end = new AbortController();
  return { player: createPlayer(store as unknown as Store, end.signal), store, seen, end };
}

test("from the newest it begins at the first, shows each once and ends at the newest", () => {
  const { player, seen, store } = fake();
  player.toggle();
  expect(player.playing.value).toBe(true);
  vi.advanceTimersByTime(20_000);
  expect(seen).toEqual(FRAMES);
  expect(player.playing.value).toBe(false);
  expect(store.follow.value).toBe(true);
});

test("from elsewhere it goes on from there, and pauses where it is", () => {
  const { player, seen, store } = fake();
  store.scrub(2);
  player.toggle();
  expect(seen).toEqual([2, 5]);
  player.toggle();
  expect(player.playing.value).toBe(false);
  vi.advanceTimersByTime(20_000);
  expect(seen).toEqual([2, 5]);
});

test("who scrubs stops it", () => {
  const { player, seen, store } = fake();
  player.toggle();
  store.scrub(10);
  expect(player.playing.value).toBe(false);
  vi.advanceTimersByTime(20_000);
  expect(seen).toEqual([0, 10]);
});

test("it waits for a mask, but not for ever", () => {
  const { player, seen } = fake({ comes: false });
  player.toggle();
  vi.advanceTimersByTime(1400);
  expect(seen).toEqual([0]);
  vi.advanceTimersByTime(400);
  expect(seen).toEqual([0, 1]);
});

test("who asked for less motion gets a picture at a time", () => {
  calm = true;
  const { player, seen } = fake();
  player.toggle();
  vi.advanceTimersByTime(1100);
  expect(seen).toEqual([0]);
  vi.advanceTimersByTime(200);
  expect(seen).toEqual([0, 1]);
});

test("it ends with its view, and one picture is no film", () => {
  const { player, seen, end } = fake();
  player.toggle();
  end.abort();
  vi.advanceTimersByTime(20_000);
  expect(seen).toEqual([0]);
  const still = fake({ frames: [3] });
  still.player.toggle();
  expect(still.player.playing.value).toBe(false);
});
