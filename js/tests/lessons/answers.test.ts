import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HandoutModel } from "../../src/handout/model";
import { onceThere } from "../../src/lessons/answers";
import type { Given } from "../../src/lessons/contract";

const given = (count: number) => Array.from({ length: count }, () => ({}) as Given);
let model: HandoutModel;
const act = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  act.mockClear();
  const keeping = { name: "", read: () => null, write() {}, keeps: true, words: "" };
  model = new HandoutModel({ _title: "", _lesson_id: "a", _steps: [], _asked: [] }, keeping);
  model.set("answers", given(2));
});
afterEach(() => {
  vi.useRealTimers();
});

test("answers that are there are saved at once", () => {
  onceThere(model, 2, act);
  expect(act).toHaveBeenCalledTimes(1);
});

test("answers that a kernel takes later are waited for, and saved once", () => {
  onceThere(model, 4, act);
  model.set("answers", given(3));
  expect(act).not.toHaveBeenCalled();
  model.set("answers", given(4));
  expect(act).toHaveBeenCalledTimes(1);
  model.set("answers", given(5));
  vi.runAllTimers();
  expect(act).toHaveBeenCalledTimes(1);
});

test("a kernel that does not answer holds the file up for two seconds", () => {
  onceThere(model, 3, act);
  vi.advanceTimersByTime(1999);
  expect(act).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  model.set("answers", given(3));
  expect(act).toHaveBeenCalledTimes(1);
});
