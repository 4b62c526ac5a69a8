import { describe, expect, test } from "vitest";
import { linesOf, ranked, strokeOf } from "../../../src/beside/panel/ranking";

const PANES = [
  { id: 0, name: "Evidence" },
  { id: 1, name: "Grad-CAM" },
  { id: 2, name: "RISE" },
  { id: 3, name: "LIME" },
];
const own = (value: number) => ({ own: value, image: 1, witness: null, witness_image: null });

describe("the order of the panes", () => {
  test("is best first, and what has no score stands last", () => {
    const rows = ranked(PANES, { 0: own(0.4), 1: own(0.7), 3: own(0.9) }, null);
    expect(rows.map(({ id, place }) => [id, place])).toEqual([
      [3, 1],
      [1, 2],
      [0, 3],
      [2, null],
    ]);
  });

  test("gives those that read alike one place", () => {
    const rows = ranked(PANES, { 0: own(0.5), 1: own(0.9001), 2: own(0.9), 3: own(0.1) }, null);
    expect(rows.map(({ id, place }) => [id, place])).toEqual([
      [1, 1],
      [2, 1],
      [0, 3],
      [3, 4],
    ]);
  });

  test("has another model below, without a place: its score is by another network", () => {
    const panes = PANES.map((pane) => ({ ...pane, itself: pane.id === 2 }));
    const rows = ranked(panes, { 0: own(0.4), 1: own(0.7), 2: own(0.9) }, null);
    expect(rows.map(({ id, place }) => [id, place])).toEqual([
      [1, 1],
      [0, 2],
      [3, null],
      [2, null],
    ]);
  });

  test("stays as it was while scores still change, and newer ones are added below", () => {
    const rows = ranked(PANES, { 0: own(0.1), 1: own(0.2), 2: own(0.3), 3: own(0.9) }, [2, 0, 1]);
    expect(rows.map(({ id }) => id)).toEqual([2, 0, 1, 3]);
    expect(rows.map(({ place }) => place)).toEqual([2, 4, 3, 1]);
  });
});

describe("the lines of the panes", () => {
  test("differ, and stay the same where another pane is gone", () => {
    const before = linesOf([0, 1, 2, 3]);
    expect(new Set(before.values()).size).toBe(4);
    expect(before.get(0)).toBe(0);
    const after = linesOf([0, 2, 3]);
    expect([2, 3].map((id) => after.get(id))).toEqual([2, 3].map((id) => before.get(id)));
  });

  test("differ too where two would like the same", () => {
    expect(new Set(linesOf([0, 1, 13, 25]).values()).size).toBe(4);
  });

  test("are told apart by color or dashes as many as there can be panes, five of them by both", () => {
    const strokes = Array.from({ length: 13 }, (_, line) => strokeOf(line));
    expect(new Set(strokes.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(13);
    const first = strokes.slice(0, 6);
    expect(new Set(first.map(({ color }) => color)).size).toBe(6);
    expect(new Set(first.map(({ dash }) => dash)).size).toBe(6);
  });
});
