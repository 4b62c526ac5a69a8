import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createKeeping } from "../../src/handout/keeping";
import { type Content, HandoutModel } from "../../src/handout/model";
import type { Guess } from "../../src/kernel/contract";
import { fileName, fileOf, isOpen, reachable } from "../../src/lessons/answers";
import type { Given } from "../../src/lessons/contract";
import written from "../lessons/fixtures/answers.json?raw";
import lesson from "../lessons/fixtures/lesson.json?raw";

const content = JSON.parse(lesson) as Content;
const [question] = content._steps[0]?.questions ?? [];
if (!question) throw new Error("The fixture asks nothing.");

/** A browser's storage, with room for so many characters. */
function storage(room = 1e6) {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem(name: string, value: string) {
      if (value.length > room) throw new Error("QuotaExceededError");
      kept.set(name, value);
    },
    removeItem: (name: string) => kept.delete(name),
  } as unknown as Storage;
}

const forbidden = () => {
  throw new Error("SecurityError");
};

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 31, 12) });
});
afterEach(() => {
  vi.useRealTimers();
});

function answer(model: HandoutModel, value: string): void {
  model.set("_answered", { question: question?.id, value, seconds: 2.5, beat: value });
}

/** The lesson in a tab of a browser with this storage. */
function tab(place: Storage): HandoutModel {
  const keeping = createKeeping("a", () => place);
  return new HandoutModel(content, keeping);
}

describe("a lesson without a kernel", () => {
  test("judges answers, counts tries, and writes a file that Python reads", () => {
    const model = new HandoutModel(content, createKeeping("a", storage));
    answer(model, "apple");
    answer(model, "banana");
    model.set("student", "Ana María ");
    expect(`${fileOf((name) => model.get(name))}\n`).toBe(written);
    expect(fileName((name) => model.get(name))).toBe("answers-fruit-ana-maria.json");
  });

  test("takes over what was answered in another tab, and both keep all", () => {
    const place = storage();
    const [one, other] = [tab(place), tab(place)];
    answer(one, "apple");
    one.set("student", "Ana");
    other.follow();
    expect(other.get("answers").map(({ value }) => value)).toEqual(["apple"]);
    answer(other, "banana");
    one.follow();
    expect(one.get("answers").map(({ tries }) => tries)).toEqual([1, 2]);
    one.saved = 2;
    other.follow();
    expect(other.saved).toBe(2);
    const writes = vi.spyOn(place, "setItem");
    other.follow();
    expect(writes).not.toHaveBeenCalled(); // or two tabs would answer each other forever
    expect(tab(place).get("student")).toBe("Ana");
  });

  test("begins again where another tab did, and keeps its own where there is nothing to read", () => {
    const place = storage();
    const [one, other] = [tab(place), tab(place)];
    answer(one, "apple");
    other.follow();
    other.set("step", 1);
    const begun = vi.fn();
    other.on("change:_reset", begun);
    one.set("_reset", 7);
    other.follow();
    expect(begun).toHaveBeenCalledOnce();
    expect([other.get("answers"), other.get("step")]).toEqual([[], 0]);
    answer(one, "apple");
    other.follow();
    place.removeItem("xwidget lesson a");
    other.follow();
    expect(other.get("answers")).toHaveLength(1);
  });

  test("lets nobody go on before a required question is answered", () => {
    const steps = [...content._steps, { ...content._steps[0], questions: [] }] as Content["_steps"];
    const model = new HandoutModel({ ...content, _steps: steps }, createKeeping("a", storage));
    expect(reachable(steps, model.get("answers"))).toBe(0);
    answer(model, "apple");
    expect(isOpen(steps[0], model.get("answers"))).toBe(false);
    expect(reachable(steps, model.get("answers"))).toBe(1);
  });

  test("goes on where it was left, and begins anew when told", () => {
    const place = storage();
    const steps = [content._steps[0], content._steps[0]] as Content["_steps"];
    const open = (id: string) =>
      new HandoutModel(
        { ...content, _steps: steps },
        createKeeping(id, () => place),
      );
    const first = open("a");
    answer(first, "banana");
    first.set("step", 1);
    first.saved = 1;
    const guess = { question: { id: "where" }, committed: true, revealed: true } as Guess;
    first.keepGuess(guess);
    const again = open("a");
    expect([again.saved, again.guess("where")]).toEqual([1, guess]);
    expect(again.get("step")).toBe(1);
    expect(again.get("answers")).toEqual(first.get("answers"));
    expect(open("b").get("answers")).toEqual([]);
    again.set("_reset", 1);
    expect(open("a").get("answers")).toEqual([]);
    expect(open("a").get("step")).toBe(0);
    expect([open("a").saved, open("a").guess("where")]).toEqual([0, undefined]);
  });

  test.each([
    ["forbids it", forbidden],
    ["has no room", () => storage(10)],
    ["has something else there", () => Object.assign(storage(), { getItem: () => "{" })],
    [
      "has broken answers there",
      () => Object.assign(storage(), { getItem: () => '{"answers": [null, {}, 5], "step": 0.5}' }),
    ],
  ])("works where the browser's storage %s", (_, place) => {
    const model = new HandoutModel(content, createKeeping("a", place as () => Storage));
    answer(model, "banana");
    expect(model.get("answers").map(({ right }) => right)).toEqual([true]);
  });

  test("says whether answers are kept", () => {
    expect(createKeeping("a", forbidden).words).toContain("keeps nothing");
    expect(createKeeping("a", storage).words).toContain("until you start again");
  });

  test("says so once the storage is full, and no longer", () => {
    const place = storage();
    const put = place.setItem.bind(place);
    let full = false;
    place.setItem = (name: string, value: string) => {
      if (full) throw new Error("QuotaExceededError");
      put(name, value);
    };
    const keeping = createKeeping("a", () => place);
    const told: [boolean, string][] = [];
    keeping.changed = () => told.push([keeping.keeps, keeping.words]);
    const model = new HandoutModel(content, keeping);
    answer(model, "banana");
    full = true;
    answer(model, "apple");
    model.set("student", "Ana");
    full = false;
    answer(model, "cherry");
    expect(told).toEqual([
      [false, expect.stringContaining("keeps no more")],
      [true, expect.stringContaining("until you start again")],
    ]);
  });

  test("keeps the first answer of a panel, with later tries", () => {
    const model = new HandoutModel(content, createKeeping("a", storage));
    const given = { question: question?.id, kind: "choice", right: null, result: {}, seconds: 1 };
    const take = (value: string, tries: number) =>
      model.take([{ ...given, value, tries, step: 0, time: "2026-01-31T12:00:00Z" } as Given]);
    take("apple", 1);
    take("banana", 2);
    const [first, ...more] = model.get("answers");
    expect([first?.value, first?.tries, more]).toEqual(["apple", 2, []]);
    take("apple", 1); // a panel that was opened anew
    expect(model.get("answers")).toEqual([first]);
  });

  test("takes no answer to what it does not ask", () => {
    const model = new HandoutModel(content, createKeeping("a", storage));
    model.set("_answered", { question: "none", value: "apple" });
    expect(model.get("answers")).toEqual([]);
  });
});
