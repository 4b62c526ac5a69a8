import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createViews, type Said } from "../../src/kernel/views";

let observed: (entries: { target: Element; isIntersecting: boolean }[]) => void;
let said: Omit<Said, "page">[];
let working: boolean;
let page: Document & { hidden: boolean };

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  working = false;
  page = Object.assign(new EventTarget(), { hidden: false }) as typeof page;
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(callback: typeof observed) {
        observed = callback;
      }
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const element = () => ({}) as Element;
const views = () =>
  createViews(
    ({ count, seen }) => said.push({ count, seen }),
    () => working,
  );

test("a view is told when it comes and when it goes", () => {
  const shown = views();
  const [first, second] = [shown.add(element()), shown.add(element())];
  first();
  second();
  second();
  expect(said.map(({ count }) => count)).toEqual([1, 2, 1, 0]);
  shown.close();
});

test("a view that leaves the screen is told once it stays away", () => {
  const shown = views();
  const root = element();
  shown.add(root);
  observed([{ target: root, isIntersecting: false }]);
  observed([{ target: root, isIntersecting: true }]);
  observed([{ target: root, isIntersecting: false }]);
  expect(said).toHaveLength(1);
  vi.advanceTimersByTime(1000);
  expect(said).toEqual([
    { count: 1, seen: 1 },
    { count: 1, seen: 0 },
  ]);
  shown.close();
});

test("a hidden tab has views that nobody sees", () => {
  const shown = views();
  shown.add(element());
  page.hidden = true;
  page.dispatchEvent(new Event("visibilitychange"));
  expect(said.at(-1)).toEqual({ count: 1, seen: 0 });
  shown.close();
});

test("a page that is left says good-bye, and says so when it is back", () => {
  const shown = views();
  shown.add(element());
  window.dispatchEvent(new Event("pagehide"));
  expect(said.at(-1)).toEqual({ count: 0, seen: 0 });
  window.dispatchEvent(new Event("pageshow"));
  expect(said.at(-1)).toEqual({ count: 1, seen: 1 });
  shown.close();
  window.dispatchEvent(new Event("pagehide"));
  expect(said).toHaveLength(3);
});

test("it speaks up again and again while there is work, and only then", () => {
  const shown = views();
  const gone = shown.add(element());
  vi.advanceTimersByTime(30_000);
  expect(said).toHaveLength(1);
  working = true;
  vi.advanceTimersByTime(15_000);
  expect(said).toHaveLength(4);
  gone();
  vi.advanceTimersByTime(15_000);
  expect(said).toHaveLength(5);
  shown.close();
});
