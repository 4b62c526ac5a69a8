import { signal } from "@preact/signals";
import { expect, test, vi } from "vitest";
import { takesAway } from "../../src/catalog/sentences";
import type { Variant } from "../../src/kernel/contract";
import type { Looks } from "../../src/picture/looks";
import type { View } from "../../src/picture/painting";
import { comparedRuns, createPanes } from "../../src/picture/panes";
import { finished, mask } from "../state/stub_kernel";

const run = (number: number, game: string, defense: string): Variant => ({
  ...{ run: number, game, defense, trace: {}, iteration: 1 },
});

test("what a run is compared with is the kernel's to say", () => {
  const store = {
    ran: signal({ game: "chess", defense: "moat" }),
    comparisons: signal({
      game: { label: "", title: "", others: { chess: ["go"] } },
      defense: { label: "", title: "", others: { moat: ["wall"], wall: ["none"] } },
    }),
    variants: signal([run(3, "go", "wall"), run(4, "chess", "wall")]),
  };
  expect(comparedRuns(store, "game")).toEqual([{ name: "go", run: null }]);
  expect(comparedRuns(store, "defense")).toEqual([{ name: "wall", run: 4 }]);
  store.comparisons.value = {} as never; // an exported page
  expect(comparedRuns(store, "defense")).toEqual([]);
});

test("runs may be compared by any setting", () => {
  const others = { low: ["high"] };
  const store = {
    ran: signal({ game: "chess", price: "low" }),
    comparisons: signal({
      game: { label: "", title: "", others: { chess: ["go"] } },
      price: { label: "", title: "", others },
    }),
    variants: signal([
      { ...run(3, "go", ""), price: "high" },
      { ...run(4, "chess", ""), price: "high" },
      { ...run(5, "go", ""), price: "low" },
    ]),
  };
  expect(comparedRuns(store, "price")).toEqual([{ name: "high", run: 4 }]);
  expect(comparedRuns(store, "game")).toEqual([{ name: "go", run: 5 }]);
});

test("what a game takes away is the kernel's to say", () => {
  const game = { summary: "", enough: 0.5, says: "", says_short: "" };
  const games = { chess: { ...game, keeps: false }, go: { ...game, keeps: true } };
  const words = { games, said: 0, edited: "", undefended: [], defended: "" };
  expect(["chess", "go", "deletion"].map((name) => takesAway(words, name))).toEqual([
    ...[true, false, false],
  ]);
});

test("a caption bears the sign that the list of classes has, of doubt and of no evidence", () => {
  vi.useFakeTimers();
  const { kernel, store } = finished();
  const checks = { summary: "", items: [] };
  kernel.says({
    _image: mask(0, 0, 0),
    _reference: mask(0, 0, 0),
    _checks: {
      5: { ...checks, verdict: "no evidence", sign: "none" },
      6: { ...checks, verdict: "holds", sign: "holds" },
    },
  });
  const looks = { view: signal("paper"), views: signal([]), threshold: signal(0) };
  const panes = createPanes(store, looks as unknown as Looks);
  panes.layout.value = "classes";
  expect(panes.panes.value.map(({ head }) => head.warns?.sign)).toEqual(["none", undefined]);
  expect(panes.panes.value[0]?.title).toMatch(/^class 5, no evidence: /);
  store.close();
  vi.useRealTimers();
});

test("of pictures side by side, image and rest bear no score of the evidence", () => {
  vi.useFakeTimers();
  const { kernel, store } = finished();
  kernel.says({ _image: mask(0, 0, 0), _reference: mask(0, 0, 0) });
  const views = signal<readonly View[]>(["heat", "image"]);
  const panes = createPanes(store, { view: signal("paper"), views, threshold: signal(0) } as never);
  panes.layout.value = "views";
  const figures = () => panes.panes.value.map(({ head }) => head.figures[0] !== "");
  expect(figures()).toEqual([true, false]);
  views.value = ["image", "rest"];
  expect(figures()).toEqual([false, false]);
  store.close();
  vi.useRealTimers();
});
