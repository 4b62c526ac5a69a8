import { expect, test } from "vitest";
import { createUndo } from "../../src/state/undo";

const [mask, findings] = [{}, {}];

/** A number that is counted up, each time as one change. */
function counting(undo: ReturnType<typeof createUndo>) {
  let count = 0;
  const add = (of = mask, bytes = 0) => {
    count += 1;
    undo.made({ of, bytes, undo: () => void count--, redo: () => void count++ });
  };
  return { add, count: () => count };
}

test("changes are undone from the newest on, and redone in their order", () => {
  const undo = createUndo();
  const order: string[] = [];
  for (const name of ["a", "b"]) {
    undo.made({ of: mask, undo: () => order.push(`-${name}`), redo: () => order.push(name) });
  }
  for (const step of [undo.undo, undo.undo, undo.undo, undo.redo, undo.redo, undo.redo]) step();
  expect(order).toEqual(["-b", "-a", "a", "b"]);
});

test("a change ends what could be redone", () => {
  const undo = createUndo();
  const { add } = counting(undo);
  add();
  undo.undo();
  expect(undo.canRedo.value).toBe(true);
  add();
  expect(undo.canRedo.value).toBe(false);
  expect(undo.canUndo.value).toBe(true);
});

test("the oldest changes go where memory ends, but never the newest two", () => {
  const undo = createUndo(100);
  const { add, count } = counting(undo);
  for (let k = 0; k < 5; k++) add(mask, 40);
  for (let k = 0; k < 9; k++) undo.undo();
  expect(count()).toBe(3);
  const large = createUndo(100);
  const other = counting(large);
  for (let k = 0; k < 5; k++) other.add(mask, 400);
  for (let k = 0; k < 9; k++) large.undo();
  expect(other.count()).toBe(3);
});

test("one owner's changes can be forgotten, the others' stay", () => {
  const undo = createUndo();
  const { add, count } = counting(undo);
  add(mask);
  add(findings);
  add(mask);
  undo.undo();
  undo.forget(mask);
  expect(undo.canRedo.value).toBe(false);
  undo.undo();
  expect(count()).toBe(1);
  expect(undo.canUndo.value).toBe(false);
});

test("what is under way becomes a change of its own before a step", () => {
  const undo = createUndo();
  const { add, count } = counting(undo);
  undo.beforeStep(() => add());
  undo.undo();
  expect(count()).toBe(0);
  expect(undo.canRedo.value).toBe(true);
});
